import type { ToolCaller } from '../calls.js';
import { createCompleter } from '../completion.js';
import type { Config } from '../config.js';
import { offerWith } from '../offer.js';
import { openRuntime } from '../runtime.js';
import { serveOffer } from '../server.js';
import { version } from '../version.js';

/**
 * Serves the tools over stdio; resolves when the client has closed stdin or `ending` has fired. What is still in flight
 * then is aborted.
 */
export async function serve(settings: Config, ending: AbortSignal): Promise<void> {
  const { config, tools, call, log, close } = await openRuntime(settings);
  const closed = new AbortController();
  const over = AbortSignal.any([ending, closed.signal]);
  const callWhileOpen: ToolCaller = (tool, given, side) =>
    call(tool, given, { ...side, signal: AbortSignal.any([side.signal, over]) });
  serveOffer(
    offerWith(tools, config),
    callWhileOpen,
    createCompleter(callWhileOpen, () => performance.now()),
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
  await close();
}
