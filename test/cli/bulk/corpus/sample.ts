import type { JobOptions } from '../../../../src/cli/bulk/job/action.js';

/** A table as a program writes it, and what must happen with it. */
export interface Sample {
  /** The program, and what is special. */
  readonly origin: string;
  /** The file; a text is in UTF-8. */
  readonly file: string | Uint8Array;
  readonly encoding?: string;
  readonly sheet?: string;
  /** Options of the job; by default a text to everybody. */
  readonly options?: JobOptions;
  /** The column of the ids. */
  readonly column?: string;
  /** `line id text` of each usable row, with `line/row` where a spreadsheet counts differently. */
  readonly rows?: readonly string[];
  /** `line problem` of each row that cannot be used; parts of the problem. */
  readonly unusable?: readonly (readonly [place: string, problem: string])[];
  /** Part of the message if nothing may be done. */
  readonly refused?: string;
}

const bom = '\uFEFF';

/** Text in UTF-16 with a byte-order mark. */
export const utf16le = (text: string): Uint8Array => Buffer.from(`${bom}${text}`, 'utf16le');
export const utf16be = (text: string): Uint8Array => Buffer.from(`${bom}${text}`, 'utf16le').swap16();

/** Text with a byte-order mark in UTF-8. */
export const marked = (text: string): string => `${bom}${text}`;

export const crlf = (...lines: readonly string[]): string => lines.map((line) => `${line}\r\n`).join('');
export const lf = (...lines: readonly string[]): string => lines.map((line) => `${line}\n`).join('');

/** Ids of three contacts, and texts to them. */
export const [maria, tom, sofia] = ['24958501110451908', '24958501110460017', '24958501110471123'] as const;
