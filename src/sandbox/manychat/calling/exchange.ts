import { request as httpRequest } from 'node:http';
import type { LookupFunction } from 'node:net';

/** A call to an address on this machine. */
interface OutgoingCall {
  readonly url: URL;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
}

/** An answer; `text` is undefined if it is longer than 1 MB. */
export interface CallAnswer {
  readonly status: number;
  readonly text: string | undefined;
}

/** Makes a call; `onSent` is called as soon as it has left. Rejects if there is no answer, or once `signal` aborts. */
export type Exchange = (call: OutgoingCall, signal: AbortSignal, onSent: () => void) => Promise<CallAnswer>;

const maxAnswerBytes = 1_000_000;

/** localhost is this machine, whatever a name server says. */
const lookUpHere: LookupFunction = (_, { all }, answer) =>
  all === true
    ? answer(null, [
        { address: '127.0.0.1', family: 4 },
        { address: '::1', family: 6 },
      ])
    : answer(null, '127.0.0.1', 4);

/** Calls over a connection of its own, without redirects and proxies. */
export const exchangeOverHttp: Exchange = ({ url, method, headers, body }, signal, onSent) =>
  new Promise((resolve, reject) => {
    const length = body === null ? {} : { 'content-length': Buffer.byteLength(body) };
    const options = { method, headers: { ...headers, ...length }, agent: false, signal, lookup: lookUpHere };
    const outgoing = httpRequest(url, options, (response) => {
      const chunks: Buffer[] = [];
      let size = 0;
      response.on('data', (chunk: Buffer) => {
        size += chunk.length;
        if (size <= maxAnswerBytes) chunks.push(chunk);
      });
      response.on('error', reject);
      response.on('end', () => {
        const text = size > maxAnswerBytes ? undefined : Buffer.concat(chunks).toString();
        resolve({ status: response.statusCode ?? 0, text });
      });
    });
    outgoing.on('error', reject);
    outgoing.on('finish', onSent);
    outgoing.end(body ?? undefined);
  });

/**
 * Answers a call in the place of a server. `written` resolves once the response was read to its end, and never if the
 * caller goes away before.
 */
export type AnswerCall = (request: Request, written: Promise<void>) => Promise<Response>;

/** Calls a function, as a web-standard server is called. */
export function exchangeWith(answer: AnswerCall): Exchange {
  return async ({ url, body, ...call }, signal, onSent) => {
    let finish = (): void => undefined;
    const written = new Promise<void>((resolve) => {
      finish = resolve;
    });
    const answering = answer(new Request(url, { ...call, signal, ...(body !== null && { body }) }), written);
    const aborted = new Promise<never>((_, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    });
    onSent();
    const response = await Promise.race([answering, aborted]);
    const text = await Promise.race([response.text(), aborted]);
    finish();
    return { status: response.status, text: text.length > maxAnswerBytes ? undefined : text };
  };
}
