import { declarations } from '../../tools/index.js';
import { type Access, identityOf } from '../config/account-settings.js';
import type { Config } from '../config/config.js';
import { userAgent } from '../config/version.js';
import type { Sandbox } from '../sandbox/index.js';
import type { Redactor } from '../text/redaction.js';
import { createHttpClient, type HttpClient } from '../upstream/client/http-client.js';
import { type Clock, realClock } from '../upstream/clock.js';
import { createLocalPacer } from '../upstream/pacing/local-pacer.js';
import { createToolCaller, type ToolCaller } from './call/call-tool.js';
import { createGateway, type Gateway } from './call/pipeline.js';
import { type OpenLog, openLog } from './log.js';
import { offeredTools, type Tool } from './policy/tool.js';
import { createSendGuard } from './send-guard/memory-send-guard.js';

/** Everything that calls are made with under one configuration. */
export interface Runtime {
  /** As it was read, or pointed to the embedded sandbox. */
  readonly config: Config;
  readonly tools: readonly Tool[];
  /** Every tool that exists here, whichever were chosen: for the commands that need one of their own. */
  readonly everyTool: readonly Tool[];
  readonly call: ToolCaller;
  readonly gateway: Gateway;
  readonly http: HttpClient;
  readonly redactor: Redactor;
  /** Aborts what is in flight and waits a little for the log to be written. */
  close(): Promise<void>;
}

/** What a runtime stands on; tests replace it. */
export interface RuntimeParts {
  readonly timing: Clock;
  readonly openHttp: typeof createHttpClient;
}

async function startSandbox(): Promise<Sandbox> {
  const { startSandbox } = await import('../sandbox/index.js');
  return startSandbox();
}

/** A configuration with an embedded sandbox in the place of every real address, key and connection. */
function onSandbox(config: Config, sandbox: Sandbox): Config {
  const url = new URL(sandbox.url);
  const access: Access = { mode: 'maton', key: sandbox.matonKey };
  const addresses = { gateway: url, control: url, manychat: url };
  return {
    ...config,
    account: { ...config.account, access, identity: identityOf(access), connection: undefined, addresses },
  };
}

/** A choice of tools that leaves none out. */
const everything = { chosen: new Set<string>(declarations.map(({ name }) => name)), readOnly: false };

/** Opens what calls are made with; an embedded sandbox is started where the configuration asks for it. */
export async function openRuntime(
  settings: Config,
  { log, redactor, flushed }: OpenLog = openLog(settings.host),
  { timing = realClock, openHttp = createHttpClient }: Partial<RuntimeParts> = {},
): Promise<Runtime> {
  const sandbox = settings.sandbox ? await startSandbox() : undefined;
  const config = sandbox === undefined ? settings : onSandbox(settings, sandbox);
  if (sandbox !== undefined) redactor.learn('key', sandbox.matonKey);
  const http = openHttp(config.host.proxy);
  const gateway = createGateway({
    settings: config.account,
    http,
    guard: createSendGuard(timing.now),
    log,
    redactor,
    userAgent,
    now: Date.now,
    clock: timing,
    pacer: createLocalPacer(timing),
    random: Math.random,
  });
  return {
    config,
    tools: offeredTools(declarations, config.account),
    everyTool: offeredTools(declarations, { ...config.account, policy: { ...config.account.policy, ...everything } }),
    call: createToolCaller(gateway, log, redactor, config.account.access.mode === 'direct', timing.now),
    gateway,
    http,
    redactor,
    async close() {
      await Promise.all([gateway.close(), sandbox?.close(), flushed()]);
    },
  };
}
