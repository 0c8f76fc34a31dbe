import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { Agent } from 'undici';
import { realClock } from '../../src/upstream/clock.js';
import { createCaller } from '../../test/support/caller.js';
import { everyTurnAtOnce } from '../../test/support/pacer.js';
import { connectProgram } from '../../test/support/program.js';

const beside = (file: string): string => fileURLToPath(new URL(file, import.meta.url));

/** Starts a script of this folder and waits for its first message. */
export async function start(
  file: string,
  args: readonly string[] = [],
  flags: readonly string[] = [],
  node = process.execPath,
): Promise<{ message: unknown; child: ChildProcess }> {
  const child = fork(beside(file), [...args], { execArgv: [...flags], execPath: node });
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`${file} ended with ${code}`);
  });
  // The exit matters only before the first message.
  ended.catch(() => undefined);
  const [message] = await Promise.race([once(child, 'message'), ended]);
  return { message, child };
}

/** Environment that uses the server at `url` as ManyChat, so that Maton's limit does not apply. */
const direct = (url: string): Record<string, string> => ({
  MANYCHAT_API_KEY: '123456789:0123456789abcdef0123456789abcdef',
  MANYCHAT_API_URL: url,
});

/** A way to make a call. @throws if the outcome is not the expected one */
export type Way = (tool: string, args?: Record<string, unknown>) => Promise<void>;

function through(client: Client, outcome: 'answer' | 'invalid_input' | 'not_configured'): Way {
  return async (name, args = {}) => {
    const { isError, content } = await client.callTool({ name, arguments: args });
    const text = content[0]?.type === 'text' ? content[0].text : '';
    if (outcome === 'answer' ? isError === true : !text.includes(`"${outcome}"`)) throw new Error(`${name}: ${text}`);
  };
}

/** Path of the bare request, one of those that the tools request. */
const pagePath = '/fb/page/getInfo';

/** The compared ways to make a call. */
export interface Sides {
  /** The built program over stdio. */
  readonly tool: Way;
  /** The same with invalid arguments. */
  readonly refused: Way;
  /** The built program without a key. */
  readonly keyless: Way;
  /** The empty tool of the SDK server over stdio. */
  readonly empty: Way;
  /** Tool calls in this process, without pacing. */
  readonly inProcess: Way;
  /** A request through undici's Agent. */
  readonly bare: Way;
  close(): Promise<void>;
}

/** Starts and connects all compared variants, against the server at `url`. */
export async function openSides(url: string): Promise<Sides> {
  const program = await connectProgram(direct(url));
  const keyless = await connectProgram({});
  const empty = new Client({ name: 'bench', version: '1' });
  await empty.connect(new StdioClientTransport({ command: process.execPath, args: [beside('empty-server.js')] }));
  const caller = createCaller(
    { ...direct(url), MANYCHAT_MCP_LOG_LEVEL: 'info' },
    { clock: realClock, pacer: everyTurnAtOnce },
  );
  const agent = new Agent();
  const headers = { authorization: `Bearer ${direct(url).MANYCHAT_API_KEY}`, accept: 'application/json' };
  return {
    tool: through(program.client, 'answer'),
    refused: through(program.client, 'invalid_input'),
    keyless: through(keyless.client, 'not_configured'),
    empty: through(empty, 'answer'),
    async inProcess(name, args) {
      const outcome = await caller.call(name, args);
      if (!outcome.ok) throw new Error(`${name}: ${outcome.failure.message}`);
      caller.logged.length = 0;
    },
    async bare() {
      const { body, statusCode } = await agent.request({ origin: url, path: pagePath, method: 'GET', headers });
      await body.text();
      if (statusCode !== 200) throw new Error(`status ${statusCode}`);
    },
    async close() {
      const clients = [program.client, keyless.client, empty];
      await Promise.all([...clients.map((client) => client.close()), caller.close(), agent.close()]);
    },
  };
}
