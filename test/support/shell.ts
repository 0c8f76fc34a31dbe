import { PassThrough, Readable } from 'node:stream';
import { runCommandLine } from '../../src/cli/command-line.js';
import { type ExitCode, exitCodes } from '../../src/cli/shell/exit-codes.js';
import { createSafeOutput } from '../../src/cli/shell/safe-output.js';
import type { Shell } from '../../src/cli/shell/shell.js';

/** A shell that records its output. */
export interface RecordingShell {
  readonly shell: Shell;
  /** Lines of stdout and stderr so far; a redrawn line ends with a carriage return. */
  readonly out: string[];
  readonly err: string[];
  /** Asks the command to end, like Ctrl-C. */
  end(): void;
  /** Like a second Ctrl-C: runs the command's handler for a forced end and returns its exit code. */
  forceEnd(): ExitCode;
}

/** Creates a shell with an environment. By default stdout and stderr are not terminals. */
export function recordingShell(
  environment: Readonly<Record<string, string>>,
  {
    onNote = () => undefined,
    colour = false,
    ...replaced
  }: Partial<Shell> & { onNote?: (line: string) => void; colour?: boolean } = {},
): RecordingShell {
  // Like main.ts.
  const { safe: writable, hide } = createSafeOutput(environment);
  const out: string[] = [];
  const err: string[] = [];
  const ending = new AbortController();
  let leave = (): ExitCode => exitCodes.unknown;
  const shell: Shell = {
    program: 'manychat-mcp',
    programAnywhere: 'manychat-mcp',
    environment,
    print: (line) => void out.push(writable(line, colour)),
    note: (line) => {
      const text = writable(line);
      err.push(text);
      onNote(text);
    },
    redraw: (line) => void err.push(`${writable(line).replaceAll('\n', ' ')}\r`),
    hide,
    streams: () => ({ stdin: Readable.from([]), stdout: new PassThrough() }),
    input: async () => '',
    ask: undefined,
    interactive: false,
    columns: 80,
    process: { pid: process.pid, host: 'test', runs: () => true },
    ending: ending.signal,
    onForcedEnd(given) {
      leave = given;
    },
    quietly: (load) => load(),
    platform: 'linux',
    nodeVersion: '22.0.0',
    ...replaced,
  };
  return { shell, out, err, end: () => ending.abort(), forceEnd: () => leave() };
}

/** Runs a command line in this process; returns its exit code and output. */
export async function runHere(
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
  replaced: Partial<Shell> & { onNote?: (line: string) => void; colour?: boolean } = {},
): Promise<{ code: number; out: string; err: string }> {
  const { shell, out, err } = recordingShell(environment, replaced);
  const code = await runCommandLine(args, shell);
  return { code, out: out.join('\n'), err: err.join('\n') };
}
