import { declarations } from '../../tools/index.js';
import { resources } from '../../tools/resources.js';
import { createToolCaller } from '../calls.js';
import type { Config } from '../config.js';
import { createGateway } from '../gateway.js';
import { createHttpClient } from '../http.js';
import { createLog, stderrDestination } from '../log.js';
import { createPacer } from '../pace.js';
import { serveOffer } from '../server.js';
import { realTiming } from '../timing.js';
import { offeredTools } from '../tool.js';
import { version } from '../version.js';

/** Puts an embedded sandbox in the place of every real address, key and connection. */
async function onSandbox(config: Config): Promise<Config> {
  const { startSandbox } = await import('../sandbox/index.js');
  const sandbox = await startSandbox();
  const url = new URL(sandbox.url);
  const access: Config['access'] = { mode: 'maton', key: sandbox.matonKey };
  return { ...config, access, connection: undefined, gatewayUrl: url, controlUrl: url, manychatUrl: url };
}

/**
 * Serves the tools over stdio; resolves when the client has closed stdin or `ending` has fired. What is still in flight
 * then is aborted.
 */
export async function serve(settings: Config, ending: AbortSignal): Promise<void> {
  const config = settings.sandbox ? await onSandbox(settings) : settings;
  const { destination, flushed } = stderrDestination();
  const log = createLog(config.logLevel, destination);
  const gateway = createGateway({
    config,
    http: createHttpClient(config.proxy),
    userAgent: `manychat-mcp/${version}`,
    now: Date.now,
    timing: realTiming,
    pacer: createPacer(realTiming),
    random: Math.random,
  });
  const tools = offeredTools(declarations, config);
  const call = createToolCaller(gateway, log, config.access.mode === 'direct');
  const closed = new AbortController();
  const over = AbortSignal.any([ending, closed.signal]);
  serveOffer(
    { tools, resources },
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
  if (!over.aborted) await new Promise((resolve) => over.addEventListener('abort', resolve, { once: true }));
  await Promise.all([gateway.close(), flushed()]);
}
