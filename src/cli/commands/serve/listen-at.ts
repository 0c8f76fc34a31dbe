import type { HttpSettings } from '../../../config/config.js';
import { UsageError } from '../../../config/usage-error.js';
import type { Listening } from '../../../mcp/http/listen.js';
import { errorCode, errorMessage } from '../../../text/error-text.js';

/** Listens, or says why that is not possible. */
export async function listenAt(
  { host, port }: Pick<HttpSettings, 'host' | 'port'>,
  start: () => Promise<Listening>,
): Promise<Listening> {
  try {
    return await start();
  } catch (error) {
    const reason = errorCode(error) === 'EADDRINUSE' ? 'another program listens there' : errorMessage(error);
    throw new UsageError(`cannot listen on port ${port} of ${host}: ${reason}`);
  }
}
