/*
 * The main job of an agent: starts the built program on its embedded sandbox, connects a client over stdio and prints each call
 * and its result. Exits with 0 only if every check passes. With `--watch` it pauses before each step, for `--seconds` or until
 * Enter, so that somebody can watch the page of the sandbox; at the end it stays until Enter or Ctrl+C. Without a terminal it
 * ends after the job.
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { doDemoJob, maria } from './demo-job.js';
import { createPauses, type Pauses } from './pauses.js';
import { program } from './root.js';

const { values: flags } = parseArgs({
  options: { watch: { type: 'boolean', default: false }, seconds: { type: 'string', default: '4' } },
});
const seconds = Number(flags.seconds);
assert.ok(seconds >= 0, '--seconds is the length of a pause');

const terminal = process.stdin.isTTY ? process.stdin : undefined;
const pauses: Pauses = flags.watch
  ? createPauses(seconds * 1_000, terminal)
  : { untilEnter: async () => undefined, aWhile: async () => undefined };

const print = (line: string): void => void process.stdout.write(`${line}\n`);

const transport = new StdioClientTransport({
  command: process.execPath,
  args: [program, '--sandbox'],
  env: { PATH: process.env.PATH ?? '' },
  stderr: 'pipe',
});

/** The first line on stderr contains the address of the sandbox. */
const sandboxUrl = new Promise<string>((resolve) => {
  transport.stderr?.on('data', (chunk: Buffer) => {
    const [, address] = /"sandbox":"([^"]+)"/.exec(chunk.toString('utf8')) ?? [];
    if (address !== undefined) resolve(address);
  });
});

const client = new Client({ name: 'demo', version: '1' });

async function demo(): Promise<void> {
  await client.connect(transport);
  const url = await sandboxUrl;
  if (flags.watch) print(`Watch it in a browser: ${url}/#contact=${maria}&tab=requests`);
  if (flags.watch && terminal) print('Press Enter to start, and at each pause to go on at once.');
  await pauses.untilEnter();
  await doDemoJob({ client, sandboxUrl: url, print, beforeStep: pauses.aWhile });
  if (flags.watch && !terminal) print('The page ends now, because there is no terminal to wait for.');
  if (!flags.watch || !terminal) return;
  print('The page stays until you press Enter or Ctrl+C.');
  await Promise.race([pauses.untilEnter(), once(process, 'SIGINT')]);
  terminal.pause();
}

await demo()
  .catch((error: unknown) => {
    print(`\nThe demo failed: ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 1;
  })
  .finally(() => client.close());
