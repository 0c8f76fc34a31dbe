import { Transform, type TransformCallback } from 'node:stream';
import { type FrameScan, type ScannedFrame, scanFrame } from './frame-scan.js';

const lineFeed = 0x0a;
const empty = Buffer.alloc(0);

/** Initial size of the buffer for a line that arrives in pieces, in bytes. */
const initialBufferBytes = 64 * 1_024;

/** Decides what happens to each line. */
export interface LineHandlers {
  /** Longest line that is kept, in bytes without its line feed. */
  readonly limit: number;
  /** Whether a line is passed on. The line includes its line feed. */
  accepts(line: Buffer): boolean;
  /** Called when a line over the limit has ended. `bytes` is its length without the line feed. */
  onTooLong(bytes: number, frame: ScannedFrame): void;
}

/**
 * Passes on complete lines, one per chunk. A line over the limit is scanned and dropped while it arrives, so memory stays
 * bounded. An unterminated last line is dropped.
 */
export class FrameLines extends Transform {
  readonly #handlers: LineHandlers;
  /** Including the line feed. */
  readonly #maxBytes: number;
  #buffer = empty;
  #length = 0;
  #scan: FrameScan | undefined;

  constructor(handlers: LineHandlers) {
    super();
    this.#handlers = handlers;
    this.#maxBytes = handlers.limit + 1;
  }

  override _transform(chunk: Buffer, _: BufferEncoding, done: TransformCallback): void {
    let from = 0;
    for (let at = chunk.indexOf(lineFeed); at !== -1; at = chunk.indexOf(lineFeed, from)) {
      this.#end(chunk.subarray(from, at + 1));
      from = at + 1;
    }
    if (from < chunk.length) this.#append(chunk.subarray(from));
    done();
  }

  /** Adds a part of a line. */
  #append(part: Buffer): void {
    const length = this.#length + part.length;
    if (this.#scan === undefined && length > this.#maxBytes) {
      this.#scan = scanFrame();
      this.#scan.push(this.#buffer.subarray(0, this.#length));
      this.#buffer = empty;
    }
    if (this.#scan !== undefined) this.#scan.push(part);
    else {
      if (length > this.#buffer.length) this.#grow(length);
      part.copy(this.#buffer, this.#length);
    }
    this.#length = length;
  }

  /** Doubles the buffer, so that a line that arrives byte by byte is not copied for each byte. */
  #grow(length: number): void {
    const larger = Buffer.allocUnsafe(Math.min(this.#maxBytes, Math.max(initialBufferBytes, 2 * length)));
    this.#buffer.copy(larger, 0, 0, this.#length);
    this.#buffer = larger;
  }

  /** Adds the last part of a line, which includes the line feed. */
  #end(part: Buffer): void {
    const isComplete = this.#length === 0 && part.length <= this.#maxBytes;
    if (!isComplete) this.#append(part);
    const line = isComplete ? part : this.#buffer.subarray(0, this.#length);
    const [length, scan] = [this.#length, this.#scan];
    this.#buffer = empty;
    this.#length = 0;
    this.#scan = undefined;
    if (scan !== undefined) this.#handlers.onTooLong(length - 1, scan.result());
    else if (this.#handlers.accepts(line)) this.push(line);
  }
}
