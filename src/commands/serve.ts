import { endpoints } from '../../tools/index.js';
import { createToolCaller } from '../calls.js';
import type { Config } from '../config.js';
import { createGateway } from '../gateway.js';
import { createHttpClient, type ProxySettings } from '../http.js';
import { createLog } from '../log.js';
import { createPacer } from '../pace.js';
import { serveTools } from '../server.js';
import { realTiming } from '../timing.js';
import { offeredTools } from '../tool.js';
import { version } from '../version.js';

/** What the server needs from the process it runs in. */
export interface ServeHost {
  readonly proxy: ProxySettings;
  /** Fires when the process is told to end. */
  readonly ending: AbortSignal;
  /** Ends the process; called once, when nothing is left to do. */
  exit(code: number): void;
}

/** Puts an embedded sandbox in the place of every real address and key. */
async function onSandbox(config: Config): Promise<Config> {
  const { startSandbox } = await import('../sandbox/index.js');
  const sandbox = await startSandbox();
  const url = new URL(sandbox.url);
  return {
    ...config,
    access: { mode: 'maton', key: sandbox.matonKey },
    gatewayUrl: url,
    controlUrl: url,
    manychatUrl: url,
  };
}

/** Serves the tools over stdio until the client closes stdin or the process is told to end. */
export async function serve(settings: Config, host: ServeHost): Promise<void> {
  const config = settings.sandbox ? await onSandbox(settings) : settings;
  const log = createLog(config.logLevel);
  const gateway = createGateway({
    config,
    http: createHttpClient(host.proxy),
    userAgent: `manychat-mcp/${version}`,
    now: Date.now,
    timing: realTiming,
    pacer: createPacer(realTiming),
    random: Math.random,
  });
  const tools = offeredTools(endpoints, config);
  const call = createToolCaller(gateway, log, config.access.mode === 'direct');
  const closed = new AbortController();
  const over = AbortSignal.any([host.ending, closed.signal]);
  over.addEventListener('abort', () => {
    // What is still in flight is aborted by the same signal, and dies with the process at the latest.
    host.exit(0);
  });
  serveTools(
    tools,
    (tool, given, side) => call(tool, given, { ...side, signal: AbortSignal.any([side.signal, over]) }),
    {
      // The message of such an error can quote the frame, and with it a contact's data.
      onError: (error) => log.warn({ error: error.name }, 'protocol'),
      onClosed: () => closed.abort(),
    },
  );
  const sandbox = config.sandbox ? { sandbox: config.gatewayUrl.origin } : {};
  log.info({ version, access: config.access.mode, ...sandbox, tools: tools.length }, 'ready');
  if (config.access.mode === 'none') log.warn({ reason: config.access.reason }, 'not configured');
}
