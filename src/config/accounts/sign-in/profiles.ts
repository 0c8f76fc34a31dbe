import * as z from 'zod';
import { quoted } from '../../../../tools/contract/quoted.js';
import { isName, placeOf } from '../json-file.js';
import { accountNamed, nameKey, unknownAccount } from '../names.js';

const names = (what: string) => {
  const error = `must be a list of ${what}`;
  return z.array(z.string({ error }).min(1, { error }).max(200, { error }), { error }).min(1, { error });
};

/** Whom a profile is for. */
export const profileConditions = z.strictObject(
  {
    tokens: names('names of tokens').optional().describe('Tokens of this server, by name'),
    claims: z
      .record(z.string().min(1), z.union([z.string(), z.array(z.string()).min(1)]), {
        error: 'must be an object with values by claim',
      })
      .optional()
      .describe(
        'Claims of a token of the identity provider, each with a value or a list of values of which it has one. All have to fit',
      ),
  },
  { error: 'must be an object with tokens or claims' },
);

/** A profile, as the accounts file is published. */
export const profileSchema = z
  .strictObject(
    {
      when: profileConditions.optional().describe('Whom the profile is for; without it, tokens that name the profile'),
      accounts: z
        .union([z.literal('all'), names('names of accounts')], {
          error: 'must be a list of names of accounts, or "all"',
        })
        .describe('The accounts that may be used, by name, or "all"'),
      connections: names('names of pages or ids of connections')
        .optional()
        .describe(
          'The connections that may be used, by the names of their pages or their ids; all by default. For accounts with maton_key; one with a connection of its own can be used only if that is one of them',
        ),
      toolsets: names('names of toolsets').optional().describe('The sets of tools that may be used'),
      tools: names('names of tools').optional().describe('Tools that may be used, in addition to any toolsets'),
      read_only: z.boolean({ error: 'must be true or false' }).optional().describe('Nothing can be changed or sent'),
      confirm: z
        .enum(['nothing', 'destroy', 'sends'], { error: 'must be nothing, destroy or sends' })
        .optional()
        .describe('What the user has to confirm, in addition to what the server is set to'),
      unconfirmed: z
        .literal('refuse', { error: 'must be refuse' })
        .optional()
        .describe('What has to be confirmed is refused where the client cannot ask, also if the server allows it'),
    },
    { error: 'must be an object with accounts' },
  )
  .describe('What some callers may do');

/** What some callers may do: the accounts, connections and tools that they may use. */
export interface Profile {
  readonly name: string;
  /** Names of tokens, and values by claim, each of which has to fit. */
  readonly when: {
    readonly tokens: readonly string[];
    readonly claims: readonly (readonly [claim: string, values: readonly string[]])[];
  };
  /** Names of accounts, in the order of the file; or all of them, and what is done for the Maton accounts as a whole. */
  readonly accounts: 'all' | readonly string[];
  /** Ids of connections and names of pages; absent: all connections of the accounts. */
  readonly connections?: readonly string[] | undefined;
  readonly toolsets?: readonly string[] | undefined;
  readonly tools?: readonly string[] | undefined;
  readonly readOnly: boolean;
  readonly confirm?: 'nothing' | 'destroy' | 'sends' | undefined;
  readonly unconfirmed?: 'refuse' | undefined;
}

/** The parts of an accounts file that profiles depend on. */
interface FileWithProfiles {
  readonly accounts: Readonly<Record<string, { maton_key?: unknown }>>;
  readonly profiles?: Readonly<Record<string, z.output<typeof profileSchema>>> | undefined;
}

/** Names that mean the same as an earlier one of the list. */
const repeatedIn = (list: readonly string[]): string[] =>
  list.filter((name, at) => list.findIndex((each) => nameKey(each) === nameKey(name)) < at);

function problemsOf(
  place: string,
  { accounts, connections, when }: z.output<typeof profileSchema>,
  file: FileWithProfiles,
): string[] {
  const existing = Object.keys(file.accounts).map((name) => ({ name }));
  const chosen = accounts === 'all' ? existing.map(({ name }) => name) : accounts;
  const unknown = chosen
    .filter((name) => accountNamed(existing, name) === undefined)
    .map((name) => `${place} > accounts: ${unknownAccount(name, existing)}`);
  const own = chosen.flatMap((name) => file.accounts[accountNamed(existing, name)?.name ?? ''] ?? []);
  const hasConnections = own.some(({ maton_key }) => maton_key !== undefined);
  return [
    ...unknown,
    ...repeatedIn(chosen).map((name) => `${place} > accounts names ${quoted(name)} twice`),
    ...(when !== undefined && when.tokens === undefined && Object.keys(when.claims ?? {}).length === 0
      ? [`${place} > when says nobody: name tokens or claims, or omit it`]
      : []),
    ...(connections === undefined || hasConnections || unknown.length > 0
      ? []
      : [`${place} has connections, and none of its accounts has a Maton key: omit them`]),
  ];
}

/** What is wrong with the profiles of a file beyond their form. */
export function profileProblems(file: FileWithProfiles): string[] {
  if (file.profiles === undefined) return [];
  const entries = Object.entries(file.profiles);
  if (entries.length === 0) return ['profiles is empty: nobody could sign in. Remove it to allow everything'];
  const seen = new Map<string, string>();
  const byToken = new Map<string, string>();
  return entries.flatMap(([name, profile]) => {
    const place = placeOf(['profiles', name]);
    if (!isName(name))
      return [`${place} is not a name: up to 60 letters, digits and blanks, and . ' & ( ) + _ - between them`];
    const same = seen.get(nameKey(name));
    seen.set(nameKey(name), name);
    const twice = (profile.when?.tokens ?? []).flatMap((token) => {
      const other = byToken.get(nameKey(token));
      byToken.set(nameKey(token), name);
      return other === undefined ? [] : [`${place} > when > tokens: ${quoted(token)} is in ${quoted(other)} as well`];
    });
    return [
      ...(same === undefined ? [] : [`${place} and ${quoted(same)} mean the same name`]),
      ...twice,
      ...problemsOf(place, profile, file),
    ];
  });
}

/** The profiles of a file without problems. */
export function profilesIn({ accounts, profiles }: FileWithProfiles): readonly Profile[] | undefined {
  if (profiles === undefined) return undefined;
  const existing = Object.keys(accounts);
  return Object.entries(profiles).map(([name, { when, read_only: readOnly = false, accounts: named, ...rest }]) => {
    const keys = new Set(named === 'all' ? [] : named.map(nameKey));
    return {
      ...rest,
      name,
      readOnly,
      when: {
        tokens: when?.tokens ?? [],
        claims: Object.entries(when?.claims ?? {}).map(([claim, values]) => [claim, [values].flat()] as const),
      },
      accounts: named === 'all' ? named : existing.filter((each) => keys.has(nameKey(each))),
    };
  });
}
