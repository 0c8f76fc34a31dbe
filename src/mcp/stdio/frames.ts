import type { Transform } from 'node:stream';
import { isObject } from '../../../tools/contract/json.js';
import { FrameLines } from './frame-lines.js';
import { type FrameId, isFrameId, parseJson, scanFrame } from './frame-scan.js';

/** The largest frame that is read. A call with 1,000 ids takes 30,000 bytes, the longest content far below 1,000,000. */
export const maxFrameBytes = 4 * 1_024 * 1_024;

const byteOrderMark = Buffer.from('\ufeff');

/** The JSON-RPC error that answers a refused frame. */
export interface FrameError {
  readonly code: number;
  readonly message: string;
}

/** Error codes of JSON-RPC. */
const [parseError, invalidRequest, invalidParams] = [-32_700, -32_600, -32_602];

const tooLarge = (bytes: number): FrameError => ({
  code: invalidRequest,
  message: `Frame too large: ${bytes} bytes, the limit is ${maxFrameBytes}. Nothing was done. Split it: fewer ids or shorter texts in each call.`,
});

const invalid = (problem: string, code = invalidRequest): FrameError => ({
  code,
  message: `${problem}. Nothing was done.`,
});

const batch = invalid('Batches are not supported: send each request in its own frame');

/** What is wrong with an object that is not a valid JSON-RPC message. */
function problemWith({ jsonrpc, id, method, params }: Readonly<Record<string, unknown>>): FrameError {
  if (jsonrpc !== '2.0') return invalid('jsonrpc must be "2.0"');
  if (typeof id === 'number' && !Number.isInteger(id)) return invalid('id must be a string or an integer');
  if (typeof method !== 'string') return invalid('method must be a string');
  if (params !== undefined && !isObject(params)) return invalid('params must be an object', invalidParams);
  if (isObject(params) && params._meta !== undefined)
    return invalid('params._meta must be an object, and its progressToken a string or an integer', invalidParams);
  return invalid('A request has jsonrpc, id, method and params, and nothing else');
}

/** The id of an invalid request. Undefined for a response, and for an id that cannot be repeated. */
function requestIdIn(frame: unknown): FrameId | undefined {
  if (!isObject(frame) || !isFrameId(frame.id)) return undefined;
  const isResponse = frame.method === undefined && (frame.result !== undefined || frame.error !== undefined);
  return isResponse ? undefined : frame.id;
}

/** The invalid requests in a frame, each with its error. */
function refusalsOf(frame: unknown): readonly [FrameId | undefined, FrameError][] {
  if (Array.isArray(frame)) return frame.map((each) => [requestIdIn(each), batch]);
  return isObject(frame) ? [[requestIdIn(frame), problemWith(frame)]] : [];
}

/** Decides on frames and answers those that are refused. */
export interface FrameHandlers {
  /** Whether a value is a valid JSON-RPC message. */
  isFrame(value: unknown): boolean;
  /** Called for each refused frame. With an id the refusal has to be answered. */
  refuse(error: FrameError, id?: FrameId): void;
}

/**
 * Filters the frames that the SDK's transport reads. The transport ignores a frame that it cannot parse and closes at one
 * that is too large; here an invalid request gets an answer. A frame without a usable id is passed on and ignored there:
 * JSON-RPC would answer it with the id null, which MCP does not allow.
 */
export function frameFilter({ isFrame, refuse }: FrameHandlers): Transform {
  /** Answers a line that is not JSON if its id can be read, as in a frame that was cut off. */
  function refuseBroken(line: Buffer): boolean {
    const scan = scanFrame();
    scan.push(line.subarray(line.indexOf(byteOrderMark) === 0 ? byteOrderMark.length : 0));
    const { id, isResponse } = scan.result();
    if (id === undefined || isResponse) return false;
    refuse(invalid('The frame is not valid JSON', parseError), id);
    return true;
  }

  return new FrameLines({
    limit: maxFrameBytes,
    accepts(line) {
      const value = parseJson(line.toString('utf8'));
      if (value === undefined) return !refuseBroken(line);
      if (isFrame(value)) return true;
      const refusals = refusalsOf(value).filter(([id]) => id !== undefined);
      for (const [id, error] of refusals) refuse(error, id);
      return refusals.length === 0;
    },
    onTooLong(bytes, { id, isResponse }) {
      refuse(tooLarge(bytes), isResponse ? undefined : id);
    },
  });
}
