import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { onTestFinished } from 'vitest';
import { type Sandbox, startSandbox } from '../../../src/sandbox/index.js';
import { asObject, isObject, type Result, toList } from '../../../tools/contract/json.js';
import { type HttpProgram, serveProgram } from '../../support/http-program.js';
import { wordsIn } from '../../support/inbound-runs/agent.js';
import { accountOf, channels, type Guest, hookOf } from '../../support/inbound-runs/guests.js';
import { directlyTo } from '../../support/program.js';
import { Lot } from '../../support/sequences/lot.js';

const secret = 'a-secret-of-this-test';

const rest = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** How long a message waits for its next reader, in milliseconds, and a bit. */
const leaseMs = 125_000;

/** Servers that ManyChat calls and agents use, each for a while. */
export interface InboundTeam {
  readonly sandbox: Sandbox;
  readonly isOver: () => boolean;
  /** Servers that were killed so far. */
  killed(): number;
  /** Calls a tool at one of the servers; undefined if that ends before. */
  call(tool: string, args: Record<string, unknown>): Promise<Result | undefined>;
  /** No server is killed from now on, and agents end. Resolves when all have. */
  calmDown(): Promise<void>;
}

/** A result, or an object with the failure. */
async function callTool(client: Client, name: string, args: Record<string, unknown>): Promise<Result> {
  const { structuredContent, content } = await client.callTool({ name, arguments: args }, { timeout: 120_000 });
  if (structuredContent !== undefined) return asObject(structuredContent);
  const [first] = content;
  return asObject(JSON.parse(first?.type === 'text' ? first.text : '{}'));
}

async function connect(url: string): Promise<Client> {
  const client = new Client({ name: 'test', version: '1' }, { versionNegotiation: { mode: { pin: '2026-07-28' } } });
  await client.connect(new StreamableHTTPClientTransport(new URL(`${url}/mcp`)));
  return client;
}

const messagesIn = (result: Result): Result[] => (toList(result.messages) ?? []).filter(isObject);

/**
 * Starts three servers on one state, agents that wait for messages at them, and a sandbox that calls any of them. Each server
 * is killed after a while, and another takes its place.
 */
export async function startInboundTeam(
  share: Readonly<Record<string, string>>,
  guests: readonly Guest[],
  random: () => number,
): Promise<InboundTeam> {
  const lot = new Lot(random);
  let isOver = false;
  let killed = 0;
  let answers = 0;
  const servers = new Set<HttpProgram>();
  const any = (): HttpProgram => {
    const server = [...servers][lot.number(0, servers.size - 1)];
    if (server === undefined) throw new Error('no server runs');
    return server;
  };

  /** Answers what an agent is handed, until its server ends or the team does. */
  async function work({ url }: HttpProgram): Promise<void> {
    const client = await connect(url);
    let done: unknown[] = [];
    async function attend(message: Result): Promise<void> {
      await rest(lot.chance(0.7) ? lot.number(0, 2_000) : lot.number(4_000, 10_000));
      answers += 1;
      const text = `a${answers}z answers ${wordsIn(String(message.from_contact)).join(' ')}`;
      await callTool(client, 'manychat_reply', { message_id: message.message_id, text });
      done.push(message.message_id);
    }
    while (!isOver) {
      const finished = done;
      done = [];
      const taken = await callTool(client, 'manychat_wait_for_messages', { wait_seconds: 2, done: finished });
      await Promise.all(messagesIn(taken).map(attend));
    }
    await client.close();
  }

  const sandbox = await startSandbox({
    account: accountOf(guests),
    limits: false,
    // Like a load balancer: the call goes to any server, and breaks with it.
    answerCalls: async (request) => {
      const { pathname } = new URL(request.url);
      const { method, headers, signal } = request;
      return fetch(`${any().url}${pathname}`, { method, headers, signal, body: await request.text() });
    },
  });
  onTestFinished(() => sandbox.close());
  sandbox.addHooks(
    ...channels.map((channel, at) => hookOf(channel, at % 2 === 0 ? 'request' : 'block', 'http://127.0.0.1:1', secret)),
  );
  const environment = {
    ...directlyTo(sandbox),
    ...share,
    MANYCHAT_MCP_INBOUND_SECRET: secret,
    MANYCHAT_MCP_INBOUND_MODE: 'reply',
    MANYCHAT_MCP_INBOUND_PAUSE_MS: '500',
    MANYCHAT_MCP_INBOUND_ANSWERS: '1000/10',
  };

  const working = new Set<Promise<void>>();
  /** Keeps one server running, until the team ends. */
  async function keepOne(): Promise<void> {
    while (!isOver) {
      const server = await serveProgram(environment);
      servers.add(server);
      // Their calls break with the server.
      working.add(work(server).catch(() => undefined));
      await rest(lot.number(3_000, 12_000));
      if (isOver) return;
      servers.delete(server);
      server.process.kill('SIGKILL');
      killed += 1;
    }
  }
  const keeping = [0, 1, 2].map(keepOne);
  while (servers.size < 3) await rest(50);
  return {
    sandbox,
    isOver: () => isOver,
    killed: () => killed,
    async call(tool, args) {
      const client = await connect(any().url);
      try {
        return await callTool(client, tool, args);
      } finally {
        await client.close();
      }
    },
    async calmDown() {
      isOver = true;
      await Promise.all(keeping);
      await Promise.all(working);
      await sandbox.callsSettled();
    },
  };
}

/** Answers what is left, after those who took it have lost it. */
export async function answerRest({ call }: InboundTeam): Promise<void> {
  const until = performance.now() + leaseMs;
  for (let done: unknown[] = []; ; ) {
    const taken = await call('manychat_wait_for_messages', { wait_seconds: 10, done });
    const messages = messagesIn(taken ?? {});
    done = messages.map(({ message_id: id }) => id);
    for (const { message_id, from_contact } of messages)
      await call('manychat_reply', { message_id, text: `last answers ${wordsIn(String(from_contact)).join(' ')}` });
    if (messages.length === 0 && performance.now() > until) return;
  }
}

/** The whole history. */
export async function listAll({ call }: InboundTeam): Promise<Result[]> {
  const all: Result[] = [];
  for (let next: unknown; ; ) {
    const page = (await call('manychat_list_messages', { ...(next !== undefined && { next }) })) ?? {};
    all.push(...messagesIn(page));
    next = page.next;
    if (next === undefined) return all;
  }
}
