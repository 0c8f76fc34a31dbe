import { openAccount } from '../../src/account/account.js';
import type { CallerSide, Outcome, ToolCaller } from '../../src/account/call/call-tool.js';
import { type HostParts, openHost } from '../../src/account/host.js';
import { createLog } from '../../src/account/telemetry/log.js';
import type { AccountSettings } from '../../src/config/accounts/settings.js';
import type { Config } from '../../src/config/config.js';
import { createHttpClient } from '../../src/upstream/client/http-client.js';
import type { Clock } from '../../src/upstream/clock.js';
import { configOf } from './config.js';
import { drivenClock, isDriven } from './driven.js';
import { pinnedId, through } from './program.js';

/** An account opened in this process, which calls tools over real HTTP. */
export interface Caller {
  call(tool: string, args?: unknown, side?: Partial<CallerSide>): Promise<Outcome>;
  /** Calls a tool that was looked up elsewhere. */
  readonly callTool: ToolCaller;
  readonly config: Config;
  readonly logged: string[];
  close(): Promise<void>;
}

/** Parts of the host that a test can replace. */
export interface CallerParts
  extends Pick<
    HostParts,
    'pacer' | 'guard' | 'jobs' | 'inbox' | 'callbacks' | 'notices' | 'pageIds' | 'now' | 'random'
  > {
  /** The connections that the accounts may use. */
  readonly permitted: readonly string[];
  /** How the accounts hear what their contacts write. */
  readonly inbound: AccountSettings['inbound'];
  /** A driven clock watches the exchanges of the caller, and stands still while one is in flight. */
  readonly clock: Clock;
}

/** A log that collects its lines, redacted like those written to stderr. */
export const collectedLog = ({ host }: Config, logged: string[]): HostParts['log'] => ({
  ...createLog(host, { write: (line: string) => void logged.push(line) }),
  flushed: async () => undefined,
});

/** Opens accounts on one host, as the program does; its clock is driven unless told otherwise. Closing one closes the host. */
export function createCallers(
  environments: readonly Record<string, string>[],
  { clock = drivenClock(), permitted, inbound, ...parts }: Partial<CallerParts> = {},
): Caller[] {
  const configs = environments.map((environment) => configOf({ MANYCHAT_MCP_LOG_LEVEL: 'info', ...environment }));
  const [first = configOf({})] = configs;
  const client = createHttpClient(first.host.proxy);
  const logged: string[] = [];
  const host = openHost(first.host, {
    http: isDriven(clock) ? clock.watched(client) : client,
    log: collectedLog(first, logged),
    clock,
    now: isDriven(clock) ? clock.wallClock.now : Date.now,
    userAgent: 'manychat-mcp/test',
    ...parts,
  });
  return configs.map((config) => {
    const account = openAccount(host, { ...config.account, permitted, inbound: inbound ?? config.account.inbound });
    const tools = new Map(account.tools.map((tool) => [String(tool.declaration.name), tool]));
    return {
      config,
      logged,
      callTool: account.call,
      call(name, args = {}, side = {}) {
        const tool = tools.get(name);
        if (tool === undefined) throw new Error(`no tool ${name}`);
        return account.call(tool, args, { signal: new AbortController().signal, ...side });
      },
      async close() {
        account.close();
        await host.close();
      },
    };
  });
}

/** Opens an account on a host of its own. */
export function createCaller(environment: Record<string, string>, parts: Partial<CallerParts> = {}): Caller {
  const [caller] = createCallers([environment], parts);
  if (caller === undefined) throw new Error('there is one caller per environment');
  return caller;
}

/** A caller that reaches `url` through Maton's paths, its connection pinned unless told otherwise. */
export const callerThrough = (
  url: string,
  environment: Record<string, string> = { MATON_CONNECTION_ID: pinnedId },
): Caller => createCaller({ ...through(url), ...environment });
