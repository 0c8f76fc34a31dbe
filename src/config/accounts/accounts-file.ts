import * as z from 'zod';
import { isObject } from '../../../tools/contract/json.js';
import { quoted } from '../../../tools/contract/quoted.js';
import { answerModes, loopLimit, pauseRange, secretHeader, secretProblem } from '../settings/inbound.js';
import { UsageError } from '../usage-error.js';
import { invalidFile, isName, placeOf, problemsIn, readJsonFile } from './json-file.js';
import { manychatKeyIn } from './keys.js';
import { nameKey } from './names.js';
import type { InboundSettings } from './settings.js';
import { type Profile, profileConditions, profileProblems, profileSchema, profilesIn } from './sign-in/profiles.js';
import { type KeySource, keySource } from './sources/key-source.js';

const connectionText = { error: 'must be the name of a page or the id of a connection' };

/** Zod leaves out an account of this name, and what it leaves out would be missing in silence. */
const isReserved = (value: unknown): boolean => isObject(value) && Object.hasOwn(value, '__proto__');

const [leastPause, mostPause] = pauseRange;
const pauseText = { error: `must be a whole number of milliseconds from ${leastPause} to ${mostPause}` };
const word = (what: string) => z.string({ error: `must be ${what}` }).regex(/\S/, { error: `must be ${what}` });

const inbound = z.strictObject(
  {
    secret: z
      .union([keySource, z.array(keySource).min(1)], {
        error: 'must be {"env": "NAME"}, {"file": "PATH"} or {"command": ["PROGRAM", "ARGUMENT"]}, or a list of these',
      })
      .describe(
        'The secret that ManyChat sends, or several of which each is valid. The command inbound secret prints one',
      ),
    header: secretHeader.optional().describe('The header with the secret'),
    mode: z.enum(answerModes, { error: `must be ${answerModes.join(', ')}` }).optional(),
    pause_ms: z
      .int(pauseText)
      .min(leastPause, pauseText)
      .max(mostPause, pauseText)
      .optional()
      .describe('How long a text waits for the next of the same contact, in milliseconds'),
    answers: z
      .string({ error: 'must be two numbers such as "20/10"' })
      .optional()
      .describe('"N/M": a contact who was answered by machines more than N times in M minutes is left to people'),
    whatsapp: z
      .strictObject(
        { field: word('the name of a custom field'), flow: word('the ns of a flow') },
        { error: 'must be an object with field and flow' },
      )
      .optional()
      .describe('Answers past the 24 hours of WhatsApp: the field is set to the text, then the flow is started'),
  },
  { error: 'must be an object with secret' },
);

const account = z
  .strictObject(
    {
      maton_key: keySource.optional().describe('The key of a Maton account'),
      connection: z
        .string(connectionText)
        .min(1, connectionText)
        .max(200, connectionText)
        .optional()
        .describe('With maton_key: the connection, by the name of its page or by its id'),
      manychat_key: keySource.optional().describe("ManyChat's own key of a page, used without Maton"),
      inbound: inbound.optional().describe('With it, the account hears what its contacts write'),
    },
    { error: 'must be an object with maton_key or manychat_key' },
  )
  .describe('One of maton_key and manychat_key');

/** The file of accounts, as it is published. */
export const accountsFileSchema = z.strictObject(
  {
    $schema: z.string().optional(),
    accounts: z
      .record(z.string(), account, { error: 'must be an object with accounts by name' })
      .describe('Accounts by name. Case, blanks, - and _ do not tell names apart'),
    profiles: z
      .record(z.string(), profileSchema, { error: 'must be an object with profiles by name' })
      .optional()
      .describe('For serve --http: who may use which accounts and tools. The first profile that fits counts'),
  },
  { error: 'must be an object with "accounts"' },
);

/** An account as the file names it. Its key is read when it is opened. */
export interface NamedAccount {
  readonly name: string;
  readonly mode: 'maton' | 'direct';
  readonly key: KeySource;
  /** The connection, by id or by the name of its page. */
  readonly connection?: string | undefined;
  /** How it hears what contacts write; absent: it does not. The secrets are read when ManyChat is to call. */
  readonly inbound?: NamedInbound | undefined;
}

/** What the file says of inbound: the secrets, and settings in place of those for all accounts. */
interface NamedInbound extends Partial<InboundSettings> {
  readonly secrets: readonly KeySource[];
}

/** A file of accounts: at least one, and no two with names that mean the same. */
export interface AccountsFile {
  readonly path: string;
  /** In the order of the file. */
  readonly accounts: readonly NamedAccount[];
  /** Who may do what, in the order of the file; undefined if the file does not say. */
  readonly profiles?: readonly Profile[] | undefined;
}

const knownAt = ([first, , third, fourth]: readonly PropertyKey[]): readonly string[] => {
  if (first === undefined) return accountsFileSchema.keyof().options;
  if (first === 'accounts' && third === 'inbound')
    return fourth === 'whatsapp' ? ['field', 'flow'] : inbound.keyof().options;
  if (first === 'accounts') return account.keyof().options;
  return third === 'when' ? profileConditions.keyof().options : profileSchema.keyof().options;
};

const sourcesOf = ({ secret }: z.output<typeof inbound>): readonly KeySource[] =>
  Array.isArray(secret) ? secret : [secret];

function inboundProblems(place: string, heard: z.output<typeof inbound>): string[] {
  const secrets = sourcesOf(heard).flatMap((source) =>
    typeof source === 'string' ? (secretProblem(source) ?? []) : [],
  );
  const limit = loopLimit.safeParse(heard.answers ?? '1/1', { jitless: true });
  return [
    ...secrets.map((problem) => `${place} > secret ${problem}`),
    ...(limit.error?.issues ?? []).map(({ message }) => `${place} > answers ${message}`),
  ];
}

const inboundOf = (heard: z.output<typeof inbound>): NamedInbound => ({
  secrets: sourcesOf(heard),
  ...(heard.header !== undefined && { header: heard.header }),
  ...(heard.mode !== undefined && { mode: heard.mode }),
  ...(heard.pause_ms !== undefined && { pauseMs: heard.pause_ms }),
  ...(heard.answers !== undefined && { loop: loopLimit.parse(heard.answers) }),
  ...(heard.whatsapp !== undefined && { whatsapp: heard.whatsapp }),
});

/** What a schema cannot say: which keys go together, and which names mean the same. */
function contradictionsIn(accounts: z.output<typeof accountsFileSchema>['accounts']): string[] {
  const entries = Object.entries(accounts);
  if (entries.length === 0) return ['accounts is empty'];
  const seen = new Map<string, string>();
  return entries.flatMap(([name, { maton_key, manychat_key, connection, inbound: heard }]) => {
    const place = placeOf(['accounts', name]);
    if (!isName(name))
      return `${place} is not a name: up to 60 letters, digits and blanks, and . ' & ( ) + _ - between them`;
    const same = seen.get(nameKey(name));
    seen.set(nameKey(name), name);
    if (same !== undefined) return `${place} and ${quoted(same)} mean the same name`;
    if ((maton_key === undefined) === (manychat_key === undefined))
      return `${place} needs either maton_key or manychat_key`;
    if (connection !== undefined && maton_key === undefined) return `${place} has a connection, which needs maton_key`;
    return heard === undefined ? [] : inboundProblems(`${place} > inbound`, heard);
  });
}

const holdsKey = ({ maton_key, manychat_key, inbound: heard }: z.output<typeof account>): boolean =>
  [maton_key ?? manychat_key, ...(heard === undefined ? [] : sourcesOf(heard))].some(
    (each) => typeof each === 'string',
  );

/**
 * Reads a file of accounts.
 * @throws UsageError that names everything that is wrong with it, and shows no key.
 */
export function readAccountsFile(path: string, platform: string): AccountsFile {
  const { text, mode, value } = readJsonFile('the accounts file', path);
  const parsed = accountsFileSchema.safeParse(value, { jitless: true });
  const problems = parsed.success
    ? [...contradictionsIn(parsed.data.accounts), ...profileProblems(parsed.data)]
    : problemsIn(parsed.error, knownAt);
  for (const key of ['accounts', 'profiles'])
    if (isObject(value) && isReserved(value[key])) problems.push(`${key} > __proto__ is not a name`);
  if (!parsed.success || problems.length > 0) throw invalidFile('the accounts file', path, problems);
  const accounts = Object.entries(parsed.data.accounts);
  const others = platform === 'win32' ? 'its permissions cannot be checked on Windows' : 'other users can read it';
  const isPrivate = platform !== 'win32' && (mode & 0o077) === 0;
  if (!isPrivate && (accounts.some(([, each]) => holdsKey(each)) || text.search(manychatKeyIn) >= 0)) {
    const remedy = platform === 'win32' ? '' : `, or run: chmod 600 ${path}`;
    throw new UsageError(
      `the accounts file ${path} holds a key, and ${others}. Put the key into a variable, a file of its own or a password manager, and write {"env": …}, {"file": …} or {"command": …}${remedy}`,
    );
  }
  return {
    path,
    profiles: profilesIn(parsed.data),
    accounts: accounts.flatMap(([name, { maton_key, manychat_key, connection, inbound: heard }]) => {
      const rest = heard && { inbound: inboundOf(heard) };
      if (maton_key !== undefined) return { name, mode: 'maton', key: maton_key, connection, ...rest };
      return manychat_key === undefined ? [] : { name, mode: 'direct', key: manychat_key, ...rest };
    }),
  };
}
