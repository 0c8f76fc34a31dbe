import { createRedactor } from '../text/redaction.js';
import { chooseAccess, isPlaceholder, keysIn, manychatKeyIn, secretsIn } from './accounts/keys.js';
import { type AccountSettings, type InboundSettings, identityOf, type Policy } from './accounts/settings.js';
import { misnamedProblems } from './misnamed.js';
import type { SignInWay } from './settings/sign-in.js';
import { restrictingNames, type SettingName, type SettingValues, settingNames, settings } from './settings.js';
import { type KnownTool, type NamedGroup, type NamedTools, selectTools } from './tool-names.js';
import { UsageError } from './usage-error.js';

/** Proxies for http and https addresses, and the hosts that are reached without one. */
export interface Proxies {
  readonly http?: string | undefined;
  readonly https?: string | undefined;
  readonly none?: string | undefined;
}

/** What all accounts of the process share. */
export interface HostSettings {
  /** Every key that is set, even one that is not in use, and the credentials of proxies. No output may show them. */
  readonly secrets: readonly string[];
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error' | 'silent';
  readonly proxy: Proxies;
}

/** How a server over HTTP is reached. */
export interface HttpSettings {
  /** The address and the port to listen on. */
  readonly host: string;
  readonly port: number;
  /** The address under which clients reach the server, without a path. */
  readonly publicUrl: URL | undefined;
  /** Host names, without ports, that requests may have in their Host and Origin headers, beside those of loopback. */
  readonly allowedHosts: readonly string[];
  readonly allowedOrigins: readonly string[];
  /** How long a server that ends still accepts requests, in milliseconds. */
  readonly drainMs: number;
  /** The loopback port on which metrics are shown; undefined for none. */
  readonly metricsPort: number | undefined;
}

/** How callers of a server over HTTP sign in. */
interface SignInSettings {
  readonly ways: readonly SignInWay[];
  /** The file with tokens, if it is set. */
  readonly tokens: string | undefined;
  /** What is set for oauth. */
  readonly issuer: string | undefined;
  readonly audience: string | undefined;
  /** The claim that holds the scopes; undefined if they do not matter. */
  readonly scopeClaim: string | undefined;
  readonly profileClaim: string | undefined;
}

/** How ManyChat reaches this process. */
interface InboundServing {
  /** The secrets of the account without an accounts file. Empty: nothing is heard. */
  readonly secrets: readonly string[];
  /** The loopback port beside stdio. */
  readonly port: number | undefined;
  /** The address under which ManyChat reaches the server, without a path. */
  readonly publicUrl: URL | undefined;
  /** Signs messages that are posted to an address. */
  readonly forwardSecret: string | undefined;
  /** What holds for accounts that do not say otherwise. */
  readonly settings: InboundSettings;
}

/** Everything that the environment and the command line configure. */
export interface Config {
  readonly host: HostSettings;
  /** The account of the keys in the environment, or the one that was chosen from the accounts file. */
  readonly account: AccountSettings;
  /** The accounts file and the names to choose from it, as far as they are set. */
  readonly accounts: { readonly path: string | undefined; readonly names: readonly string[] | undefined };
  /** What the settings name of the tools. */
  readonly namedTools: readonly NamedGroup[];
  /** How callers sign in over HTTP. */
  readonly signIn: SignInSettings;
  /** The form in which clients get results: as text, as structured content, or as both. */
  readonly results: SettingValues['MANYCHAT_MCP_RESULTS'];
  /** How it is served over HTTP; undefined for stdio. */
  readonly http: HttpSettings | undefined;
  readonly inbound: InboundServing;
  /** The file that processes share, or `off`; see `statePlace`. */
  readonly stateFile: string | undefined;
  /** The Redis that processes share; it can hold a password. */
  readonly redisUrl: string | undefined;
  /** The account is an embedded sandbox, which is started with the process. */
  readonly sandbox: boolean;
  /** With which time and account the sandbox starts, as far as they are set. */
  readonly sandboxStart: { readonly now: string | undefined; readonly accountFile: string | undefined };
}

type Environment = Readonly<Record<string, string | undefined>>;
type Given = Readonly<Partial<Record<SettingName, string>>>;

/** Invalid settings, one per line of the message. */
export class ConfigError extends UsageError {
  override readonly name = 'ConfigError';
}

const isKeyName = (name: string): boolean => name.endsWith('_API_KEY');

/** The settings that are set: neither empty nor an unreplaced placeholder. Keys are examined later. */
function settingsIn(environment: Environment): Given {
  const given: Partial<Record<SettingName, string>> = {};
  for (const name of settingNames) {
    // The proxy variables are often written in lower case.
    const value = environment[name] ?? (name.endsWith('_PROXY') ? environment[name.toLowerCase()] : undefined);
    if (value === undefined) continue;
    if (isKeyName(name) || (value.trim() !== '' && !isPlaceholder(value.trim()))) given[name] = value;
  }
  return given;
}

/** Settings that contain a key which belongs elsewhere. The sentences do not show the value. */
function misplacedKeys(given: Given): string[] {
  const keys = keysIn(given).map(({ variable, key }) => ({ variable, redactor: createRedactor([key]) }));
  return Object.entries(given).flatMap(([name, value]) => {
    if (isKeyName(name)) return [];
    const holder = keys.find(({ redactor }) => redactor.holdsKey(value));
    if (holder !== undefined) return [`${name} contains the key that is set as ${holder.variable}: remove it`];
    return value.search(manychatKeyIn) < 0
      ? []
      : [`${name} contains what looks like a ManyChat key, which belongs in MANYCHAT_API_KEY`];
  });
}

/** Placeholders in settings that restrict: ignoring one would allow more than was meant. */
const unreplacedRestrictions = (environment: Environment): string[] =>
  restrictingNames.flatMap((name) => {
    const value = environment[name]?.trim() ?? '';
    return isPlaceholder(value) ? [`${name} contains a placeholder that was not replaced: ${value}`] : [];
  });

const namedTools = {
  toolsets: 'MANYCHAT_MCP_TOOLSETS',
  tools: 'MANYCHAT_MCP_TOOLS',
  excluded: 'MANYCHAT_MCP_EXCLUDE_TOOLS',
} as const satisfies Record<keyof NamedTools, SettingName>;

const namesIn = (given: Given, name: (typeof namedTools)[keyof NamedTools]): string[] | undefined =>
  settings.shape[name].parse(given[name]);

function accountOf(
  values: SettingValues,
  tools: Pick<Policy, 'chosen' | 'excluded'>,
  inbound: InboundServing,
): AccountSettings {
  const access = chooseAccess(values.MATON_API_KEY, values.MANYCHAT_API_KEY);
  return {
    access,
    identity: identityOf(access),
    connection: values.MATON_CONNECTION_ID,
    whatsappField: values.MANYCHAT_MCP_WHATSAPP_FIELD?.trim(),
    addresses: {
      gateway: values.MATON_GATEWAY_URL,
      control: values.MATON_CONTROL_URL,
      manychat: values.MANYCHAT_API_URL,
    },
    policy: {
      chosen: tools.chosen,
      excluded: tools.excluded,
      readOnly: values.MANYCHAT_MCP_READ_ONLY,
      dryRun: values.MANYCHAT_MCP_DRY_RUN,
      confirm: values.MANYCHAT_MCP_CONFIRM,
      unconfirmed: values.MANYCHAT_MCP_UNCONFIRMED ?? (values.MANYCHAT_MCP_HTTP ? 'refuse' : 'allow'),
    },
    inbound: inbound.secrets.length === 0 ? undefined : inbound.settings,
    deadlineMs: values.MANYCHAT_MCP_DEADLINE_MS,
  };
}

const httpOf = (values: SettingValues): HttpSettings => ({
  host: values.MANYCHAT_MCP_HTTP_HOST,
  port: values.MANYCHAT_MCP_HTTP_PORT_NUMBER,
  publicUrl: values.MANYCHAT_MCP_PUBLIC_URL,
  allowedHosts: values.MANYCHAT_MCP_ALLOWED_HOSTS ?? [],
  allowedOrigins: values.MANYCHAT_MCP_ALLOWED_ORIGINS ?? [],
  drainMs: values.MANYCHAT_MCP_DRAIN_MS,
  metricsPort: values.MANYCHAT_MCP_METRICS_PORT_NUMBER,
});

const inboundOf = (values: SettingValues): InboundServing => ({
  secrets: values.MANYCHAT_MCP_INBOUND_SECRET ?? [],
  port: values.MANYCHAT_MCP_INBOUND_PORT_NUMBER,
  publicUrl: values.MANYCHAT_MCP_PUBLIC_URL,
  forwardSecret: values.MANYCHAT_MCP_FORWARD_SECRET?.trim(),
  settings: {
    header: values.MANYCHAT_MCP_INBOUND_HEADER,
    mode: values.MANYCHAT_MCP_INBOUND_MODE,
    pauseMs: values.MANYCHAT_MCP_INBOUND_PAUSE_MS,
    loop: values.MANYCHAT_MCP_INBOUND_ANSWERS,
    whatsapp: values.MANYCHAT_MCP_INBOUND_WHATSAPP,
  },
});

const signInOf = (values: SettingValues): SignInSettings => ({
  ways: values.MANYCHAT_MCP_SIGN_IN,
  tokens: values.MANYCHAT_MCP_TOKENS,
  issuer: values.MANYCHAT_MCP_OAUTH_ISSUER,
  audience: values.MANYCHAT_MCP_OAUTH_AUDIENCE,
  scopeClaim: values.MANYCHAT_MCP_OAUTH_SCOPE_CLAIM === 'none' ? undefined : values.MANYCHAT_MCP_OAUTH_SCOPE_CLAIM,
  profileClaim: values.MANYCHAT_MCP_OAUTH_PROFILE_CLAIM,
});

/**
 * Reads the configuration. An empty variable counts as not set; so does an unreplaced placeholder, unless the setting
 * restricts something. A missing or malformed key is no error here: the server starts, and every call says how to
 * configure it.
 * @param known the tools that exist; names of toolsets and tools are checked against them.
 * @throws ConfigError naming each variable that is invalid, or that is unknown and looks like a misspelt setting.
 */
export function readConfig(environment: Environment, known: readonly KnownTool[]): Config {
  const given = settingsIn(environment);
  // Checked first, because the messages below quote values.
  const misplaced = misplacedKeys(given);
  if (misplaced.length > 0) throw new ConfigError(misplaced.join('\n'));
  // Parsed once, so compiling a parser is not worth the time.
  const parsed = settings.safeParse(given, { jitless: true });
  const tools = selectTools(known, {
    toolsets: namesIn(given, namedTools.toolsets),
    tools: namesIn(given, namedTools.tools),
    excluded: namesIn(given, namedTools.excluded),
  });
  const problems = [
    ...misnamedProblems(environment, settingNames),
    ...unreplacedRestrictions(environment),
    ...(parsed.error?.issues ?? []).map(({ path, message }) => `${path.join('.')} ${message}`),
    ...tools.problems.map(({ list, problem }) => `${namedTools[list]} ${problem}`),
  ];
  if (!parsed.success || problems.length > 0) throw new ConfigError(problems.join('\n'));
  const values = parsed.data;
  const ofSandbox = (['MANYCHAT_MCP_SANDBOX_NOW', 'MANYCHAT_MCP_SANDBOX_FILE'] as const).filter(
    (name) => values[name] !== undefined && !values.MANYCHAT_MCP_SANDBOX,
  );
  if (ofSandbox.length > 0) {
    throw new ConfigError(ofSandbox.map((name) => `${name} needs the sandbox: set MANYCHAT_MCP_SANDBOX=1`).join('\n'));
  }
  const inbound = inboundOf(values);
  return {
    host: {
      secrets: secretsIn(environment),
      logLevel: values.MANYCHAT_MCP_LOG_LEVEL,
      proxy: { http: values.HTTP_PROXY, https: values.HTTPS_PROXY, none: values.NO_PROXY },
    },
    account: accountOf(values, tools, inbound),
    accounts: { path: values.MANYCHAT_MCP_ACCOUNTS, names: values.MANYCHAT_MCP_ACCOUNT },
    namedTools: tools.named,
    signIn: signInOf(values),
    inbound,
    results: values.MANYCHAT_MCP_RESULTS,
    stateFile: values.MANYCHAT_MCP_STATE_FILE?.trim(),
    http: values.MANYCHAT_MCP_HTTP ? httpOf(values) : undefined,
    sandbox: values.MANYCHAT_MCP_SANDBOX,
    redisUrl: values.MANYCHAT_MCP_REDIS_URL,
    sandboxStart: { now: values.MANYCHAT_MCP_SANDBOX_NOW, accountFile: values.MANYCHAT_MCP_SANDBOX_FILE },
  };
}
