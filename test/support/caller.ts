import { type CallerSide, createToolCaller, type Outcome, type ToolCaller } from '../../src/account/call/call-tool.js';
import { createGateway } from '../../src/account/call/pipeline.js';
import { createLog } from '../../src/account/log.js';
import { offeredTools } from '../../src/account/policy/tool.js';
import { createSendGuard } from '../../src/account/send-guard/memory-send-guard.js';
import type { SendGuard } from '../../src/account/send-guard/send-guard.js';
import type { Config } from '../../src/config/config.js';
import { createRedactor } from '../../src/text/redaction.js';
import { createHttpClient } from '../../src/upstream/client/http-client.js';
import type { Clock } from '../../src/upstream/clock.js';
import { createLocalPacer } from '../../src/upstream/pacing/local-pacer.js';
import type { Pacer } from '../../src/upstream/pacing/pacer.js';
import { declarations } from '../../tools/index.js';
import { configOf } from './config.js';
import { drivenClock, isDriven } from './driven.js';
import { through } from './program.js';

/** Calls tools in this process, over real HTTP. */
export interface Caller {
  call(tool: string, args?: unknown, side?: Partial<CallerSide>): Promise<Outcome>;
  /** The layer below `call`. */
  readonly callTool: ToolCaller;
  readonly config: Config;
  readonly logged: string[];
  close(): Promise<void>;
}

/** What a test may replace. */
export interface CallerParts {
  /** A driven clock tracks the exchanges of the caller and stands still while one is in flight. */
  readonly timing: Clock;
  readonly pacer: Pacer;
  readonly guard: SendGuard;
  readonly now: () => number;
  readonly random: () => number;
}

/** Calls tools like the server does, with the settings in `environment`; by default with a driven clock. */
export function createCaller(
  environment: Record<string, string>,
  {
    timing = drivenClock(),
    now = isDriven(timing) ? timing.wallClock.now : Date.now,
    random = Math.random,
    pacer = createLocalPacer(timing),
    guard = createSendGuard(timing.now),
  }: Partial<CallerParts> = {},
): Caller {
  const config = configOf({ MANYCHAT_MCP_LOG_LEVEL: 'info', ...environment });
  const client = createHttpClient(config.host.proxy);
  const http = isDriven(timing) ? timing.watched(client) : client;
  const logged: string[] = [];
  const redactor = createRedactor(config.host.secrets);
  const log = createLog(config.host.logLevel, { write: (line: string) => void logged.push(line) }, redactor);
  const gateway = createGateway({
    settings: config.account,
    http,
    guard,
    log,
    redactor,
    userAgent: 'manychat-mcp/test',
    now,
    clock: timing,
    random,
    pacer,
  });
  const callTool = createToolCaller(gateway, log, redactor, config.account.access.mode === 'direct', timing.now);
  const tools = new Map(
    offeredTools(declarations, config.account).map((tool) => [tool.declaration.name as string, tool]),
  );
  return {
    config,
    logged,
    callTool,
    call(name, args = {}, side = {}) {
      const tool = tools.get(name);
      if (tool === undefined) throw new Error(`no tool ${name}`);
      return callTool(tool, args, { signal: new AbortController().signal, ...side });
    },
    close: () => gateway.close(),
  };
}

/** A caller that uses `url` in place of Maton; by default with a pinned connection. */
export const callerThrough = (
  url: string,
  environment: Record<string, string> = { MATON_CONNECTION_ID: 'pinned-1' },
): Caller => createCaller({ ...through(url), ...environment });
