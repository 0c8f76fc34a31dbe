import type { Log } from '../../../account/telemetry/log.js';
import { UsageError } from '../../../config/usage-error.js';
import { type Listening, listen } from '../../../mcp/http/listen.js';
import { errorCode, errorMessage } from '../../../text/error-text.js';
import { realClock, sleep } from '../../../upstream/clock.js';
import type { OpenInbound } from './open-inbound.js';

const host = '127.0.0.1';

/** How long responses may take to be written when the process ends, in milliseconds. */
const endMs = 2_000;

const never = new AbortController().signal;

export const otherPaths = {
  fetch: async (): Promise<Response> =>
    Response.json(
      { status: 'refused', reason: 'not found: calls go to /inbound/{account}/request and block' },
      { status: 404 },
    ),
};

/**
 * Listens for the calls of ManyChat on a loopback port. A client may start this program several times: the first one listens,
 * and the others read what it hears from the state that they share.
 * @throws UsageError if it cannot listen for another reason than that somebody does.
 */
export async function listenBesideStdio(
  inbound: OpenInbound,
  port: number,
  log: Pick<Log, 'warn'>,
): Promise<{ readonly url: string; close(): Promise<void> } | undefined> {
  const onError = (error: Error): void => log.warn({ error: error.name }, 'inbound');
  let server: Listening;
  try {
    server = await listen(inbound.before(otherPaths), { host, port, onError });
  } catch (error) {
    if (errorCode(error) !== 'EADDRINUSE')
      throw new UsageError(`cannot listen on port ${port} of ${host}: ${errorMessage(error)}`);
    log.warn(
      { port, reason: 'another process listens there; if it is not this program, choose another port with --inbound' },
      'inbound not served',
    );
    return undefined;
  }
  return {
    url: server.url,
    async close() {
      inbound.drain();
      const stopped = server.stop();
      await Promise.race([stopped, sleep(realClock, endMs, never)]);
      server.close();
      await stopped;
    },
  };
}
