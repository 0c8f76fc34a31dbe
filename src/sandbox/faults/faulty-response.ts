import type { ServerResponse } from 'node:http';
import { pipeline, Readable } from 'node:stream';
import { createGzip } from 'node:zlib';
import { stringifyJson } from '../http/json.js';
import type { SandboxResponse } from '../http/refusal.js';
import { contentTypes, sendResponse, serializeBody } from '../http/respond.js';
import type { MovableClock } from '../world/clock.js';
import type { Fault } from './fault.js';

// A reset right behind the data may overtake it in the receiver's buffer.
const resetAfterMilliseconds = 10;

/** What an answer waits with. */
export interface StallContext extends Pick<MovableClock, 'after'> {
  /** Told that the answer is kept back on purpose; the returned function tells that it no longer is. */
  startStall(): () => void;
}

/** Sends an answer as a fault spoils it; returns the status on the wire, null when there is none. */
export function sendFaultyResponse(
  response: ServerResponse,
  answer: SandboxResponse,
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
  const body = Buffer.from(serializeBody(answer));
  if ('delay_ms' in fault) {
    const resume = context.startStall();
    const forget = context.after(fault.delay_ms, () => {
      resume();
      sendResponse(response, answer);
    });
    response.on('close', forget);
  } else if ('trickle_ms' in fault) {
    trickle(response, answer.status, body, fault.trickle_ms, context);
  } else if ('close_connection' in fault) {
    sendResponse(response, answer, () => socket?.destroy());
  } else if ('gzip_bomb' in fault) {
    response.writeHead(answer.status, { ...headers, 'content-encoding': 'gzip' });
    pipeline(Readable.from(padded(body.toString(), fault.gzip_bomb)), createGzip(), response, ignoreAbort);
  } else if ('body_bytes' in fault) {
    response.writeHead(answer.status, headers);
    pipeline(Readable.from(padded(body.toString(), fault.body_bytes)), response, ignoreAbort);
  } else if ('truncate' in fault) {
    response.writeHead(answer.status, { ...headers, 'content-length': body.length + 100 });
    response.write(body.subarray(0, Math.ceil(body.length / 2)), () => socket?.destroy());
  } else {
    response.writeHead(answer.status, { ...headers, 'content-length': body.length + 100 });
    response.write(body.subarray(0, Math.ceil(body.length / 2)));
    setTimeout(() => socket?.resetAndDestroy(), resetAfterMilliseconds);
  }
  return answer.status;
}

// The client may leave in the middle of a large answer: that is the point of the fault, not an error of the sandbox.
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
      forget = after(milliseconds, next);
    } else {
      resume();
      response.end();
    }
  };
  let forget = after(milliseconds, next);
  response.on('close', () => forget());
}

/** A JSON object drawn out to a number of bytes by a property of its own. */
function* padded(json: string, bytes: number): Generator<Buffer> {
  const opening = json.endsWith('}') ? `${json.slice(0, -1)}${json === '{}' ? '' : ','}"padding":"` : '{"padding":"';
  yield Buffer.from(opening);
  const block = Buffer.alloc(65_536, 'x');
  let left = Math.max(0, bytes - Buffer.byteLength(opening) - 2);
  for (; left > 0; left -= block.length) yield left >= block.length ? block : block.subarray(0, left);
  yield Buffer.from('"}');
}
