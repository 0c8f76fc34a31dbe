import { platform } from 'node:os';
import { versions } from 'node:process';
import type { Failure } from '../../../tools/contract/failure.js';
import type { Result } from '../../../tools/contract/json.js';
import { handedOut } from '../../../tools/workflows/inbox/entries.js';
import type { Account } from '../../account/account.js';
import type { AnswerContent } from '../../account/inbox/inbox.js';
import { type OpenLog, openLog } from '../../account/telemetry/log.js';
import { namedAccounts, type Surroundings, withOneAccount } from '../../config/accounts/choice.js';
import { type Config, readConfig } from '../../config/config.js';
import { UsageError } from '../../config/usage-error.js';
import { version } from '../../config/version.js';
import { catalogue } from '../../mcp/listing/catalogue.js';
import { type ServedTransport, serveTransport } from '../../mcp/stdio/transport.js';
import { closest } from '../../text/closest.js';
import { realClock } from '../../upstream/clock.js';
import { prepareInbound } from '../commands/inbound/open-inbound.js';
import { startHearing } from '../commands/listen/hearing.js';
import { openNamedBackends, openOwnBackend } from '../commands/serve/backends.js';
import { offerOf } from '../commands/serve/offers.js';
import { openSharedState, type SharedState } from '../shell/shared-state.js';
import { openOwnAccount } from './open-account.js';

/*
 * What `import 'manychat-mcp'` gives. Its types are published in a declaration file that needs no package; the build
 * writes it (scripts/package/library-types.ts), and a test compares it with this module.
 */

/** Settings by the names of their environment variables; `process.env` is one. Others are read by the accounts file. */
export type Settings = Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>;

/** What came of a call. */
export type CallOutcome =
  | { readonly ok: true; readonly result: Result }
  | { readonly ok: false; readonly failure: Failure };

/** How one call is made. */
export interface CallSettings {
  /** Gives the call up. */
  readonly signal?: AbortSignal | undefined;
}

/** An account whose tools can be called. */
export interface OpenedManychatAccount {
  /** The names of the tools that the settings offer. */
  readonly tools: readonly string[];
  /**
   * Calls a tool. Never rejects for what comes of the call.
   * @throws TypeError if the settings offer no tool of this name.
   */
  call(tool: string, args?: object, settings?: CallSettings): Promise<CallOutcome>;
  /**
   * Works through what contacts write: the function returns the answer to each message, or undefined for none. If it rejects,
   * the message comes again two minutes later, three times at most.
   * @throws UsageError if the settings have no secret for what ManyChat calls, or the port is in use.
   */
  onMessage(answer: Answerer, settings?: ListenSettings): Promise<Listener>;
  close(): Promise<void>;
}

/** Answers a message of a contact, which is as manychat_wait_for_messages hands it out. */
export type Answerer = (
  message: Result,
  signal: AbortSignal,
) => string | AnswerContent | undefined | Promise<string | AnswerContent | undefined>;

/** How messages are listened for. */
export interface ListenSettings {
  /** Serves the calls of ManyChat on this loopback port; absent: other processes hear them. */
  readonly port?: number | undefined;
  /** Tells readers apart; those of one name share the messages. */
  readonly consumer?: string | undefined;
  /** Messages that are worked on at once, 4 by default. */
  readonly atOnce?: number | undefined;
  /** Called when a message was not answered. `final`: it does not come again. */
  readonly onFailure?: ((message: Result, error: unknown, final: boolean) => void) | undefined;
}

/** Messages that are listened for. */
export interface Listener {
  /** Where the calls of ManyChat are served, if they are. */
  readonly url: string | undefined;
  /** Ends it. What is being worked on is given back. */
  stop(): Promise<void>;
}

/** An MCP server that is not connected yet. */
export interface ManychatServer {
  /** Serves a client over a transport, in both protocol eras, until either side closes it. */
  connect(transport: ServedTransport): Promise<void>;
  /** Ends what is in flight. */
  close(): Promise<void>;
}

export { version };

/** Settings in the form of environment variables. The library is quiet unless it is told otherwise. */
function environmentOf(settings: Settings): Record<string, string> {
  const environment: Record<string, string> = { MANYCHAT_MCP_LOG_LEVEL: 'silent' };
  for (const [name, value] of Object.entries(settings))
    if (value !== undefined) environment[name] = Array.isArray(value) ? value.join(',') : String(value);
  return environment;
}

const configOf = (environment: Record<string, string>) => readConfig(environment, catalogue.tools);

/** Opens the state that the settings share with other processes. */
const stateOf = (config: Config, surroundings: Surroundings, { log }: OpenLog): Promise<SharedState> =>
  // A warning of Node.js about its SQLite is left alone: warnings are the business of the program that imports this.
  openSharedState(config, { ...surroundings, nodeVersion: versions.node, quietly: (load) => load() }, (reason) =>
    log.warn({ reason }, 'state'),
  );

function toolNamed({ tools }: Account, name: string): Account['tools'][number] {
  const tool = tools.find(({ declaration }) => declaration.name === name);
  if (tool !== undefined) return tool;
  const names = tools.map(({ declaration }) => ({
    name: declaration.name,
    label: declaration.name,
    names: [declaration.name],
  }));
  const near = closest(name, names).map((each) => each.label);
  throw new TypeError(`no tool ${name}${near.length === 0 ? '' : `; similar: ${near.join(', ')}`}`);
}

/**
 * Opens an account, to call tools without a client or a server.
 * @throws UsageError naming each setting that is wrong, if no key is set, or if several accounts could be meant.
 */
export async function openAccount(settings: Settings): Promise<OpenedManychatAccount> {
  const environment = environmentOf(settings);
  const surroundings = { environment, platform: platform() };
  const config = await withOneAccount(configOf(environment), surroundings);
  const { access } = config.account;
  if (access.mode === 'none' && !config.sandbox) throw new UsageError(access.reason);
  const log = openLog(config.host);
  const opened = await openOwnAccount(config, { log }, await stateOf(config, surroundings, log));
  const { account, host } = opened;
  const listeners = new Set<Listener>();

  async function onMessage(answer: Answerer, settings: ListenSettings = {}): Promise<Listener> {
    const { port, consumer = 'library', atOnce = 4, onFailure } = settings;
    if (account.settings.inbound === undefined)
      throw new UsageError('the account hears nothing: it has no secret. See MANYCHAT_MCP_INBOUND_SECRET');
    const file = await namedAccounts(config, surroundings);
    const inbound = port === undefined ? undefined : await prepareInbound(config, file, surroundings, 'onMessage');
    const ending = new AbortController();
    const hearing = await startHearing(
      { host, accounts: [account] },
      {
        calls: inbound && port !== undefined ? { inbound, port } : undefined,
        consumer,
        atOnce,
        async handle(_, message, signal) {
          const given = await answer(handedOut(message), signal);
          if (typeof given !== 'string') return given;
          return given.trim() === '' ? undefined : { text: given };
        },
        onFailure: (_, message, error, final) => onFailure?.(handedOut(message), error, final),
        onAway: (isAway) => log.log.warn({ isAway }, 'messages'),
      },
      ending.signal,
    );
    const listener: Listener = {
      url: hearing.url,
      async stop() {
        listeners.delete(listener);
        ending.abort();
        await hearing.ended;
      },
    };
    listeners.add(listener);
    return listener;
  }

  return {
    tools: account.tools.map(({ declaration }) => declaration.name),
    async call(name, args = {}, { signal = new AbortController().signal } = {}) {
      return account.call(toolNamed(account, name), args, { signal });
    },
    onMessage,
    async close() {
      await Promise.all([...listeners].map((listener) => listener.stop()));
      await opened.close();
    },
  };
}

/**
 * Creates an MCP server with the settings that the program takes, for transports of the caller's. Several clients can be
 * connected, each with a transport of its own; they share accounts and limits.
 * @throws UsageError naming each setting that is wrong.
 */
export async function createManychatServer(settings: Settings): Promise<ManychatServer> {
  const environment = environmentOf(settings);
  const configured = configOf(environment);
  if (configured.http !== undefined)
    throw new UsageError('MANYCHAT_MCP_HTTP is for the program: the library serves the transports that it is given');
  const ending = new AbortController();
  const surroundings = { environment, platform: platform(), ending: ending.signal };
  const file = await namedAccounts(configured, surroundings);
  const log = openLog(configured.host);
  const state = await stateOf(configured, surroundings, log);
  const backends =
    file === undefined
      ? await openOwnBackend(configured, { log, state })
      : await openNamedBackends(configured, file, surroundings, { log, state });
  const offer = offerOf(backends.config, file);
  const connected = new Set<ServedTransport>();
  return {
    async connect(transport) {
      if (ending.signal.aborted) throw new Error('The server is closed');
      connected.add(transport);
      serveTransport(transport, offer, (_, account) => backends.open(account), {
        now: realClock.now,
        // The message of such an error can quote a frame, and with it a contact's data.
        onError: (error) => log.log.warn({ error: error.name }, 'protocol'),
        onClosed: () => connected.delete(transport),
      });
    },
    async close() {
      ending.abort();
      await Promise.all([...connected].map((transport) => transport.close()));
      await backends.close();
    },
  };
}
