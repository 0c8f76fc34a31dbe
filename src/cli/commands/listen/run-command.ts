import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { kill } from 'node:process';
import { setTimeout as pause } from 'node:timers/promises';

/** A program that is started for each message. */
export interface MessageCommand {
  readonly file: string;
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly limitMs: number;
  readonly platform: string;
  /** Gets what the program writes to stderr, in whole lines. */
  note(line: string): void;
}

/** Characters of an answer, and bytes of lines of stderr that are passed on. */
const maxAnswer = 100_000;
const maxNoted = 64 * 1024;

/** How long a program has to end after it was asked to, in milliseconds. */
const graceMs = 2_000;

const variables =
  /^(MATON_|MANYCHAT_)|KEY|TOKEN|SECRET|PASSWORD|PASSWD|CREDENTIAL|^OTEL_EXPORTER_OTLP.*HEADERS$|REDIS_URL|^npm_/i;

/** The environment without keys and secrets: what answers strangers must not be able to show them. */
const withoutKeys = (environment: MessageCommand['environment']): Record<string, string> =>
  Object.fromEntries(
    Object.entries(environment).flatMap(([name, value]): [string, string][] =>
      value === undefined || variables.test(name) ? [] : [[name, value]],
    ),
  );

/**
 * Runs a program without a shell: the input on its stdin, its stdout as the result. It is the leader of a process group,
 * which is ended with it, after `limitMs` or on abort.
 * @throws if it cannot be started, fails, takes too long or writes too much.
 */
export async function runCommand(
  { file, args, environment, limitMs, platform, note }: MessageCommand,
  input: string,
  signal: AbortSignal,
): Promise<string> {
  signal.throwIfAborted();
  const grouped = platform !== 'win32';
  const child = spawn(file, args, {
    env: withoutKeys(environment),
    stdio: ['pipe', 'pipe', 'pipe'],
    shell: false,
    detached: grouped,
    windowsHide: true,
  });
  let problem: string | undefined;
  let output = '';
  let noted = 0;
  let partial = '';
  const endGroup = (name: NodeJS.Signals): void => {
    const { pid } = child;
    if (pid === undefined) return;
    try {
      if (grouped) kill(-pid, name);
      else child.kill(name);
    } catch {
      // It has ended.
    }
  };
  let forced: NodeJS.Timeout | undefined;
  const stop = (why: string): void => {
    problem ??= why;
    endGroup('SIGTERM');
    forced ??= setTimeout(() => endGroup('SIGKILL'), graceMs);
  };
  const limit = setTimeout(() => stop(`it took longer than ${limitMs / 1_000} seconds`), limitMs);
  const abort = (): void => stop('the server ends');
  signal.addEventListener('abort', abort, { once: true });
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    if (output.length <= maxAnswer) output += chunk;
    if (output.length > maxAnswer) stop(`it wrote more than ${maxAnswer} characters`);
  });
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    noted += chunk.length;
    if (noted > maxNoted) return;
    const lines = (partial + chunk).split('\n');
    partial = lines.pop() ?? '';
    for (const line of lines) note(line);
  });
  // A program that does not read its input closes the pipe.
  child.stdin.on('error', () => undefined).end(input);
  try {
    // Both reject if the program cannot be started.
    const closed = once(child, 'close').catch(() => undefined);
    const [code, killedBy]: unknown[] = await once(child, 'exit');
    // What it has started in its group does not stay. What has left the group can keep the pipes open.
    if (grouped) endGroup('SIGKILL');
    const patience = new AbortController();
    await Promise.race([closed, pause(graceMs, undefined, { signal: patience.signal }).catch(() => undefined)]);
    patience.abort();
    child.stdout.destroy();
    child.stderr.destroy();
    if (partial !== '') note(partial);
    if (problem !== undefined) throw new Error(problem);
    if (code !== 0)
      throw new Error(killedBy === null ? `it ended with exit code ${code}` : `it was ended by ${killedBy}`);
    return output;
  } finally {
    clearTimeout(limit);
    clearTimeout(forced);
    signal.removeEventListener('abort', abort);
  }
}
