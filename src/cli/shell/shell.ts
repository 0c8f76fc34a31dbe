import type { Streams } from '../../mcp/stdio/ending.js';
import type { Line } from '../../text/terminal.js';
import type { LockOwner } from '../bulk/journal/lock-holder.js';
import type { ExitCode } from './exit-codes.js';

/** What a command may use of the process it runs in. All written text is cleaned for a terminal, and redacted. */
export interface Shell {
  /** The words that start this program, for commands to copy; with the flags that they need as well. */
  readonly program: string;
  /** The same for any folder, and without npx, which takes long to start. */
  readonly programAnywhere: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Writes a line to stdout: the result. */
  print(line: Line): void;
  /** Writes a line to stderr: everything except the result. */
  note(line: Line): void;
  /** Replaces the last line of stderr; only on a terminal. */
  redraw(line: Line): void;
  /** Removes these secrets from everything that is written from now on. */
  hide(secrets: readonly string[]): void;
  /** The raw streams, for a command that serves on them. */
  streams(): Streams;
  /** Reads all of stdin. */
  input(): Promise<string>;
  /**
   * Asks the person at the terminal and returns the line that they enter, empty at the end of the input. Rejects with the
   * reason of `ending` if that fires. Undefined if nobody is there: stdin, stdout or stderr is no terminal.
   */
  readonly ask: ((question: Line) => Promise<string>) | undefined;
  /** Whether stderr is a terminal. */
  readonly interactive: boolean;
  /** This process, as a lock records it. */
  readonly process: LockOwner;
  /** Width of the terminal in characters. */
  readonly columns: number;
  /** Fires at the first signal that asks the process to end. */
  readonly ending: AbortSignal;
  /** Sets what a second signal does before the process exits, and the exit code. */
  onForcedEnd(leave: () => ExitCode): void;
  /** Loads a module of Node.js without the warning that it is experimental. */
  readonly quietly: <Module>(load: () => Promise<Module>) => Promise<Module>;
  /** The operating system, as Node.js names it. */
  readonly platform: string;
  /** The version of Node.js, without a `v`. */
  readonly nodeVersion: string;
}
