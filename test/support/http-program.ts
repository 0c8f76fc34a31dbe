import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { onTestFinished } from 'vitest';
import { program } from './program.js';

/** A server over HTTP: the built program. */
export interface HttpProgram {
  /** Where it listens, without a path. */
  readonly url: string;
  readonly process: ChildProcess;
  /** What it has written so far. */
  stdout(): string;
  stderr(): string;
  /** Resolves with the first line on stderr that contains these words. */
  line(words: string): Promise<string>;
  /** Ends it at once. */
  close(): Promise<void>;
}

/** Starts the built program over HTTP, as `startHttpProgram` does. It ends with the test. */
export async function serveProgram(...started: Parameters<typeof startHttpProgram>): Promise<HttpProgram> {
  const server = await startHttpProgram(...started);
  onTestFinished(server.close);
  return server;
}

/** Starts the built program over HTTP on a free port unless `args` name one, without a drain by default. */
export async function startHttpProgram(
  environment: Record<string, string>,
  args: readonly string[] = [],
): Promise<HttpProgram> {
  const port = args.includes('--port') ? [] : ['--port', '0'];
  const child = spawn(process.execPath, [program, 'serve', '--http', ...port, ...args], {
    env: { PATH: process.env.PATH ?? '', MANYCHAT_MCP_DRAIN_MS: '0', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString('utf8');
  });
  const lines: string[] = [];
  const waiting = new Set<(line: string | undefined) => void>();
  const reader = createInterface({ input: child.stderr });
  reader.on('line', (line) => {
    lines.push(line);
    for (const notify of waiting) notify(line);
  });
  reader.on('close', () => {
    for (const notify of waiting) notify(undefined);
  });
  const line = (words: string): Promise<string> =>
    new Promise((resolve, reject) => {
      const found = lines.find((each) => each.includes(words));
      if (found !== undefined) return resolve(found);
      const notify = (next: string | undefined): void => {
        if (next?.includes(words) === false) return;
        waiting.delete(notify);
        if (next === undefined) reject(new Error(`no line with ${words}: ${lines.join('\n')}`));
        else resolve(next);
      };
      waiting.add(notify);
    });
  const { url } = JSON.parse(await line('"url"'));
  return {
    url: new URL(url).origin,
    process: child,
    stdout: () => stdout,
    stderr: () => lines.join('\n'),
    line,
    async close() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
}
