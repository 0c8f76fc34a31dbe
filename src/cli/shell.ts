import type { Readable, Writable } from 'node:stream';
import type { Line } from '../text/terminal.js';
import type { LockOwner } from './bulk/journal/lock.js';
import type { ExitCode } from './exit-codes.js';

/** The streams that frames come in and go out on. */
export interface Wires {
  readonly stdin: Readable;
  readonly stdout: Writable;
}

/** What a command has of the process it runs in. */
export interface Shell {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Writes a line to stdout: the answer. As all that is written, it is made harmless for a terminal first. */
  print(line: Line): void;
  /** Writes a line to stderr: everything that is not the answer. */
  note(line: Line): void;
  /** Writes over the last line of stderr; for a terminal only. */
  redraw(line: Line): void;
  /** stdin and stdout themselves, for whoever needs nothing else of the two. */
  wires(): Wires;
  /** All of stdin. */
  input(): Promise<string>;
  /** Whether a person looks at stderr. */
  readonly interactive: boolean;
  /** This process, for locks. */
  readonly process: LockOwner;
  /** Width of the terminal, in characters. */
  readonly columns: number;
  /** Fires at the first signal that asks the process to end. */
  readonly ending: AbortSignal;
  /** Sets what a second such signal does before it ends the process at once, and with which code. */
  onForcedEnd(leave: () => ExitCode): void;
  /** The operating system, as Node.js names it. */
  readonly platform: string;
  /** The version of Node.js, without a `v`. */
  readonly nodeVersion: string;
}
