import { Webhook } from 'standardwebhooks';
import { createWebhookPoster } from '../../../upstream/client/post-webhook.js';
import { type Clock, sleep, timeout } from '../../../upstream/clock.js';
import { linkSignals } from '../../../upstream/linked-signal.js';

/** Posts messages to an address, signed by the rules of Standard Webhooks. */
export interface Forwarder {
  /**
   * Posts a message, again after a failure that can pass, under the same id. Returns the body of the response.
   * @throws if it was not accepted in time.
   */
  forward(id: string, body: string, signal: AbortSignal): Promise<string>;
  close(): Promise<void>;
}

/** Waits between attempts, in milliseconds. */
const pausesMs = [1_000, 5_000, 15_000];

const isPassing = (status: number): boolean => status === 408 || status === 429 || status >= 500;

/** @param secret as Standard Webhooks write it: base64, with or without `whsec_`. */
export async function createForwarder(
  url: URL,
  secret: string,
  { clock, now, limitMs }: { readonly clock: Clock; readonly now: () => number; readonly limitMs: number },
): Promise<Forwarder> {
  const webhook = new Webhook(secret);
  const poster = await createWebhookPoster(url);

  /** One attempt; undefined if another one can succeed. */
  async function attempt(id: string, body: string, signal: AbortSignal): Promise<string | Error> {
    const at = new Date(now());
    const headers = {
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(at.getTime() / 1_000)),
      'webhook-signature': webhook.sign(id, at, body),
    };
    const response = await poster.post(body, headers, signal).catch((error: Error) => error);
    if (response instanceof Error) {
      signal.throwIfAborted();
      return response;
    }
    const { status, body: answer } = response;
    if (status >= 200 && status < 300) return answer;
    const problem = new Error(`the address answered with status ${status}`);
    if (isPassing(status)) return problem;
    throw problem;
  }

  return {
    async forward(id, body, signal) {
      const { signal: late, cancel } = timeout(clock, limitMs);
      const { signal: stop, unlink } = linkSignals(signal, late);
      let last = new Error(`the address took longer than ${limitMs / 1_000} seconds`);
      try {
        for (const pauseMs of [...pausesMs, undefined]) {
          const result = await attempt(id, body, stop);
          if (!(result instanceof Error)) return result;
          last = result;
          if (pauseMs === undefined) break;
          await sleep(clock, pauseMs, stop);
          if (stop.aborted) break;
        }
        throw last;
      } catch (error) {
        signal.throwIfAborted();
        throw late.aborted ? last : error;
      } finally {
        cancel();
        unlink();
      }
    },
    close: () => poster.close(),
  };
}
