import type { ServerResponse } from 'node:http';
import { pipeline, Readable } from 'node:stream';
import { createGzip } from 'node:zlib';
import { stringifyJson } from '../http/json.js';
import type { SandboxResponse } from '../http/refusal.js';
import { contentTypes, sendResponse, serializeBody } from '../http/respond.js';
import type { MovableClock } from '../world/clock.js';
import type { Fault } from './fault.js';

// A reset sent right after the data can overtake it in the receiver's buffer.
const resetAfterMilliseconds = 10;

/** How a faulty response waits and reports its stalls. */
export interface StallContext extends Pick<MovableClock, 'after'> {
  /** Reports that the response is stalled on purpose; call the returned function when it resumes. */
  startStall(): () => void;
}

/** Sends `original`, the true response, as changed by a fault. Returns the status on the wire; null if none was sent. */
export function sendFaultyResponse(
  response: ServerResponse,
  original: SandboxResponse,
  fault: Fault,
  context: StallContext,
): number | null {
  const { socket } = response;
  const headers = { 'content-type': contentTypes.json };
  if ('status' in fault) {
    sendReplacement(response, fault);
    return fault.status;
  }
  if ('hang' in fault) {
    context.startStall();
    return null;
  }
  if ('reset' in fault && fault.reset === 'before_headers') {
    socket?.resetAndDestroy();
    return null;
  }
  if ('html' in fault) {
    return sendResponse(response, { status: 200, type: 'html', body: '<!doctype html><title>Just a moment…</title>' });
  }
  const body = Buffer.from(serializeBody(original));
  if ('delay_ms' in fault) {
    const resume = context.startStall();
    const cancel = context.after(fault.delay_ms, () => {
      resume();
      sendResponse(response, original);
    });
    response.on('close', cancel);
  } else if ('trickle_ms' in fault) {
    trickle(response, original.status, body, fault.trickle_ms, context);
  } else if ('close_connection' in fault) {
    sendResponse(response, original, () => socket?.destroy());
  } else if ('gzip_bomb' in fault) {
    response.writeHead(original.status, { ...headers, 'content-encoding': 'gzip' });
    pipeline(Readable.from(padded(body.toString(), fault.gzip_bomb)), createGzip(), response, ignoreAbort);
  } else if ('body_bytes' in fault) {
    response.writeHead(original.status, headers);
    pipeline(Readable.from(padded(body.toString(), fault.body_bytes)), response, ignoreAbort);
  } else if ('truncate' in fault) {
    response.writeHead(original.status, { ...headers, 'content-length': body.length + 100 });
    response.write(body.subarray(0, Math.ceil(body.length / 2)), () => socket?.destroy());
  } else {
    response.writeHead(original.status, { ...headers, 'content-length': body.length + 100 });
    response.write(body.subarray(0, Math.ceil(body.length / 2)));
    setTimeout(() => socket?.resetAndDestroy(), resetAfterMilliseconds);
  }
  return original.status;
}

// A client that aborts a large response is the purpose of the fault, not an error of the sandbox.
function ignoreAbort(): void {}

function sendReplacement(response: ServerResponse, fault: Extract<Fault, { status: number }>): void {
  const { body, headers = {} } = fault;
  const text = typeof body === 'string' ? body : body === undefined ? '' : stringifyJson(body);
  const type = fault.content_type ?? (typeof body === 'string' ? 'text/plain; charset=utf-8' : contentTypes.json);
  response.writeHead(fault.status, { ...(text === '' ? {} : { 'content-type': type }), ...headers });
  response.end(text);
}

function trickle(
  response: ServerResponse,
  status: number,
  body: Buffer,
  milliseconds: number,
  { after, startStall }: StallContext,
): void {
  response.writeHead(status, { 'content-type': contentTypes.json, 'content-length': body.length });
  response.flushHeaders();
  const resume = startStall();
  let sent = 0;
  const next = (): void => {
    response.write(body.subarray(sent, sent + 1));
    sent += 1;
    if (sent < body.length) {
      cancel = after(milliseconds, next);
    } else {
      resume();
      response.end();
    }
  };
  let cancel = after(milliseconds, next);
  response.on('close', () => cancel());
}

/** Pads a JSON object to a number of bytes with a `padding` property. */
function* padded(json: string, bytes: number): Generator<Buffer> {
  const opening = json.endsWith('}') ? `${json.slice(0, -1)}${json === '{}' ? '' : ','}"padding":"` : '{"padding":"';
  yield Buffer.from(opening);
  const block = Buffer.alloc(65_536, 'x');
  let left = Math.max(0, bytes - Buffer.byteLength(opening) - 2);
  for (; left > 0; left -= block.length) yield left >= block.length ? block : block.subarray(0, left);
  yield Buffer.from('"}');
}
