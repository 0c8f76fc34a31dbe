import type { Transform } from 'node:stream';
import { isObject } from '../../../tools/contract/json.js';
import { FrameLines } from './frame-lines.js';
import { type FrameId, isFrameId, parseJson, scanFrame } from './frame-scan.js';

/** The largest frame that is read, in bytes: a call with 1,000 ids has 30,000, the longest content far below 1,000,000. */
export const maxFrameBytes = 4 * 1_024 * 1_024;

const byteOrderMark = Buffer.from('\ufeff');

/** Why a frame is not served, as JSON-RPC tells it. */
export interface FrameError {
  readonly code: number;
  readonly message: string;
}

/** JSON-RPC's own codes. */
const [parseError, invalidRequest, invalidParams] = [-32_700, -32_600, -32_602];

const tooLarge = (bytes: number): FrameError => ({
  code: invalidRequest,
  message: `Frame too large: ${bytes} bytes, the limit is ${maxFrameBytes}. Nothing was done. Split it: fewer ids or shorter texts in each call.`,
});

const invalid = (what: string, code = invalidRequest): FrameError => ({ code, message: `${what}. Nothing was done.` });

const batch = invalid('Batches are not supported: send each request in a frame of its own');

/** What is wrong with a request that the protocol does not know in this form. */
function complaint({ jsonrpc, id, method, params }: Readonly<Record<string, unknown>>): FrameError {
  if (jsonrpc !== '2.0') return invalid('jsonrpc must be "2.0"');
  if (typeof id === 'number' && !Number.isInteger(id)) return invalid('id must be a string or an integer');
  if (typeof method !== 'string') return invalid('method must be a string');
  if (params !== undefined && !isObject(params)) return invalid('params must be an object', invalidParams);
  if (isObject(params) && params._meta !== undefined)
    return invalid('params._meta must be an object, and progressToken in it a string or an integer', invalidParams);
  return invalid('A request holds jsonrpc, id, method and params, and nothing else');
}

/** The id of a request that the protocol does not know in this form; an answer has none to be answered by. */
function idOf(frame: unknown): FrameId | undefined {
  if (!isObject(frame) || !isFrameId(frame.id)) return undefined;
  const isResponse = frame.method === undefined && (frame.result !== undefined || frame.error !== undefined);
  return isResponse ? undefined : frame.id;
}

/** The requests in a frame that the protocol does not know in this form, each with what is wrong. */
function refusalsOf(frame: unknown): readonly [FrameId | undefined, FrameError][] {
  if (Array.isArray(frame)) return frame.map((each) => [idOf(each), batch]);
  return isObject(frame) ? [[idOf(frame), complaint(frame)]] : [];
}

/** Who decides on frames and answers those that are not served. */
export interface FrameHandlers {
  /** Whether the protocol knows a frame of this form. */
  isFrame(value: unknown): boolean;
  /** Told of a frame that is not served; it has an id where it is to be answered. */
  refuse(error: FrameError, id?: FrameId): void;
}

/**
 * Stands before the SDK's transport, which says nothing to a frame that it does not know and ends at one that is too
 * large. Here such a frame is answered where it is a request, and everything else goes on. What has no id to be answered
 * by goes on as well, to be skipped there: JSON-RPC would answer it with the id null, which MCP does not know.
 */
export function frameFilter({ isFrame, refuse }: FrameHandlers): Transform {
  /** Answers a line that is no JSON, where it is one cut off or broken behind its id. */
  function refuseBroken(line: Buffer): boolean {
    const scan = scanFrame();
    scan.take(line.subarray(line.indexOf(byteOrderMark) === 0 ? byteOrderMark.length : 0));
    const { id, isResponse } = scan.result();
    if (id === undefined || isResponse) return false;
    refuse(invalid('The frame is not valid JSON', parseError), id);
    return true;
  }

  return new FrameLines({
    limit: maxFrameBytes,
    passes(line) {
      const value = parseJson(line.toString('utf8'));
      if (value === undefined) return !refuseBroken(line);
      if (isFrame(value)) return true;
      const refusals = refusalsOf(value).filter(([id]) => id !== undefined);
      for (const [id, error] of refusals) refuse(error, id);
      return refusals.length === 0;
    },
    tooLong(bytes, { id, isResponse }) {
      refuse(tooLarge(bytes), isResponse ? undefined : id);
    },
  });
}
