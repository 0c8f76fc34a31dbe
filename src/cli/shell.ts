import type { Readable, Writable } from 'node:stream';
import type { Line } from '../text/terminal.js';

/** The process a lock file names, and whether it may still run: of another machine nobody here can tell. */
export interface LockOwner {
  readonly pid: number;
  readonly host: string;
  /** Whether a process of this machine runs. */
  runs(pid: number): boolean;
}

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

/** How a command ended, for scripts. */
export const exitCodes = {
  done: 0,
  /** It failed, and what failed sent nothing; of a bulk, it may have made a change that can be made again. */
  failed: 1,
  /** The command line, a setting or the arguments are wrong; what is wrong was not done. */
  usage: 2,
  /** It is not known whether it was done. */
  unknown: 3,
  /** It failed, and the same may succeed later; of a bulk, there is more to do. */
  again: 4,
} as const;

/** One of the exit codes. */
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** A command line that cannot be understood, or names something that is not there. */
export class UsageError extends Error {
  override readonly name: string = 'UsageError';
}
