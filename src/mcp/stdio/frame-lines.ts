import { Transform, type TransformCallback } from 'node:stream';
import { type FrameScan, type ScannedFrame, scanFrame } from './frame-scan.js';

const lineFeed = 0x0a;
const none = Buffer.alloc(0);

/** What the buffer for a line that comes in pieces begins with, in bytes. */
const firstBuffer = 64 * 1_024;

/** What becomes of each line. */
export interface LineHandlers {
  /** Longest line that is kept, in bytes without its line feed. */
  readonly limit: number;
  /** Whether a line goes on; its line feed is with it. */
  passes(line: Buffer): boolean;
  /** Told of a line that was longer, when it has ended. */
  tooLong(bytes: number, frame: ScannedFrame): void;
}

/**
 * Passes on whole lines, each in a chunk of its own. A line that is too long is not kept while it comes in, so that
 * memory stays bounded; a last line without a line feed is none.
 */
export class FrameLines extends Transform {
  readonly #side: LineHandlers;
  /** With the line feed. */
  readonly #longest: number;
  #kept = none;
  #length = 0;
  #scan: FrameScan | undefined;

  constructor(side: LineHandlers) {
    super();
    this.#side = side;
    this.#longest = side.limit + 1;
  }

  override _transform(chunk: Buffer, _: BufferEncoding, done: TransformCallback): void {
    let from = 0;
    for (let at = chunk.indexOf(lineFeed); at !== -1; at = chunk.indexOf(lineFeed, from)) {
      this.#end(chunk.subarray(from, at + 1));
      from = at + 1;
    }
    if (from < chunk.length) this.#keep(chunk.subarray(from));
    done();
  }

  /** Takes a part of a line that goes on. */
  #keep(part: Buffer): void {
    const length = this.#length + part.length;
    if (this.#scan === undefined && length > this.#longest) {
      this.#scan = scanFrame();
      this.#scan.take(this.#kept.subarray(0, this.#length));
      this.#kept = none;
    }
    if (this.#scan !== undefined) this.#scan.take(part);
    else {
      if (length > this.#kept.length) this.#grow(length);
      part.copy(this.#kept, this.#length);
    }
    this.#length = length;
  }

  /** Makes room, twice as much each time: a line that comes byte by byte is not copied as often. */
  #grow(length: number): void {
    const larger = Buffer.allocUnsafe(Math.min(this.#longest, Math.max(firstBuffer, 2 * length)));
    this.#kept.copy(larger, 0, 0, this.#length);
    this.#kept = larger;
  }

  /** Takes the last part of a line, which ends with its line feed. */
  #end(part: Buffer): void {
    const isWhole = this.#length === 0 && part.length <= this.#longest;
    if (!isWhole) this.#keep(part);
    const [line, length, scan] = [isWhole ? part : this.#kept.subarray(0, this.#length), this.#length, this.#scan];
    this.#kept = none;
    this.#length = 0;
    this.#scan = undefined;
    if (scan !== undefined) this.#side.tooLong(length - 1, scan.result());
    else if (this.#side.passes(line)) this.push(line);
  }
}
