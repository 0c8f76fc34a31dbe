import { z } from 'zod';

/** How the server reaches ManyChat: through Maton, directly, or not at all until someone configures it. */
export type Access =
  | { readonly mode: 'maton'; readonly key: string }
  | { readonly mode: 'direct'; readonly key: string }
  | { readonly mode: 'none'; readonly reason: string };

/** Everything the server is told at its start. */
export interface Config {
  readonly access: Access;
  /** The connection every call uses; absent: chosen call by call. */
  readonly connection?: string | undefined;
  readonly gatewayUrl: URL;
  readonly controlUrl: URL;
  readonly manychatUrl: URL;
  readonly deadlineMs: number;
  readonly logLevel: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'silent';
  readonly sandbox: boolean;
}

/** What is wrong with the settings, one line each. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/** A variable that a client passed on without replacing it, or a placeholder copied from a document. */
const unset = /^(\$\{.*\}|\$[A-Z_]+|%[A-Z_]+%|YOUR_API_KEY)$/;

/** Takes off what gets pasted along with a key: white space around it, quotes, "Bearer ". */
function bareKey(pasted: string): string {
  const bare = pasted
    .trim()
    .replace(/^(["'`])(.*)\1$/s, '$2')
    .replace(/^bearer\s+/i, '')
    .trim();
  return bare === pasted ? bare : bareKey(bare);
}

type Key = { readonly key: string } | { readonly problem: string } | undefined;

/** A key from the environment; no message ever shows it. */
function readKey(variable: string, pasted: string | undefined): Key {
  const key = bareKey(pasted ?? '');
  if (pasted === undefined || key === '') return undefined;
  if (unset.test(key)) return { problem: `${variable} holds a placeholder instead of a key` };
  if (/[^\x21-\x7e]/.test(key)) {
    return {
      problem: `${variable} contains white space, a line break or a character that no key has; copy the key again`,
    };
  }
  return { key };
}

function chooseAccess(maton: Key, manychat: Key): Access {
  if (maton !== undefined && 'key' in maton) return { mode: 'maton', key: maton.key };
  const placeholder = maton?.problem.includes('placeholder');
  if (maton !== undefined && !placeholder) return { mode: 'none', reason: maton.problem };
  if (manychat !== undefined && 'key' in manychat) return { mode: 'direct', key: manychat.key };
  const problem = maton?.problem ?? manychat?.problem;
  return { mode: 'none', reason: problem ?? 'Neither MATON_API_KEY nor MANYCHAT_API_KEY is set' };
}

const loopback = /^(localhost|127(\.\d+){3}|\[::1\])$/;

const address = (standard: string) =>
  z
    .string()
    .default(standard)
    .transform((text, context): URL => {
      const url = URL.canParse(text) ? new URL(text) : undefined;
      const problem =
        url === undefined || !['http:', 'https:'].includes(url.protocol)
          ? `must be an address like ${standard}`
          : url.protocol === 'http:' && !loopback.test(url.hostname)
            ? 'must be https: a key is sent there (plain http is for loopback only)'
            : url.username !== '' || url.search !== '' || url.hash !== ''
              ? 'must hold no user, query or fragment'
              : undefined;
      if (url === undefined || problem !== undefined) {
        context.addIssue({ code: 'custom', message: problem ?? 'must be an address' });
        return z.NEVER;
      }
      return url;
    });

const yes = ['1', 'true', 'yes', 'on'];
const no = ['0', 'false', 'no', 'off'];

const flag = z
  .union([z.boolean(), z.string()])
  .default(false)
  .transform((value, context): boolean => {
    const text = String(value).toLowerCase();
    if (!yes.includes(text) && !no.includes(text)) {
      context.addIssue({ code: 'custom', message: `must be one of ${[...yes, ...no].join(', ')}` });
    }
    return yes.includes(text);
  });

/** The settings under their variables' names; flags are merged in under the same names before. */
const settings = z.object({
  MATON_API_KEY: z.string().optional(),
  MANYCHAT_API_KEY: z.string().optional(),
  MATON_CONNECTION_ID: z
    .string()
    .regex(/^(?!\.{1,2}$)[!-~]{1,200}$/, 'must be a connection id: visible ASCII characters without spaces')
    .optional(),
  MATON_GATEWAY_URL: address('https://gateway.maton.ai'),
  MATON_CONTROL_URL: address('https://ctrl.maton.ai'),
  MANYCHAT_API_URL: address('https://api.manychat.com'),
  MANYCHAT_MCP_DEADLINE_MS: z.coerce
    .number({ error: 'must be a number of milliseconds' })
    .int({ error: 'must be a whole number of milliseconds' })
    .min(1000, { error: 'must be at least 1000 (milliseconds)' })
    .max(600_000, { error: 'must be at most 600000 (milliseconds)' })
    .default(45_000),
  MANYCHAT_MCP_LOG_LEVEL: z
    .enum(['trace', 'debug', 'info', 'warn', 'error', 'silent'], {
      error: 'must be one of trace, debug, info, warn, error, silent',
    })
    .default('info'),
  MANYCHAT_MCP_SANDBOX: flag,
});

/** Names of all settings, as environment variables. */
export type Setting = keyof z.input<typeof settings>;

/**
 * Reads the configuration. An empty or unreplaced variable counts as not set.
 * @throws ConfigError naming each variable that is wrong. A missing or malformed key is no error: the server starts
 * and says on each call how to configure it.
 */
export function readConfig(environment: Readonly<Record<string, string | undefined>>): Config {
  const given = Object.fromEntries(
    Object.keys(settings.shape).flatMap((name) => {
      const value = environment[name];
      const isKey = name.endsWith('_API_KEY');
      return value === undefined || (!isKey && (value.trim() === '' || unset.test(value.trim())))
        ? []
        : [[name, value]];
    }),
  );
  const parsed = settings.safeParse(given);
  if (!parsed.success) {
    throw new ConfigError(parsed.error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}`).join('\n'));
  }
  const read = parsed.data;
  return {
    access: chooseAccess(
      readKey('MATON_API_KEY', read.MATON_API_KEY),
      readKey('MANYCHAT_API_KEY', read.MANYCHAT_API_KEY),
    ),
    connection: read.MATON_CONNECTION_ID,
    gatewayUrl: read.MATON_GATEWAY_URL,
    controlUrl: read.MATON_CONTROL_URL,
    manychatUrl: read.MANYCHAT_API_URL,
    deadlineMs: read.MANYCHAT_MCP_DEADLINE_MS,
    logLevel: read.MANYCHAT_MCP_LOG_LEVEL,
    sandbox: read.MANYCHAT_MCP_SANDBOX,
  };
}
