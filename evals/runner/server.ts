import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { countTokens } from 'gpt-tokenizer/encoding/o200k_base';
import type { Sandbox } from '../../src/sandbox/index.js';
import { isObject, type Result } from '../../tools/contract/json.js';

/** A server to run tasks with. In its command, `{url}`, `{manychat_key}` and `{maton_key}` stand for those of the sandbox. */
export interface ServerChoice {
  readonly name: string;
  /** A command of the shell. */
  readonly command: string;
}

export interface Tool {
  readonly name: string;
  readonly description: string;
  readonly inputSchema: Result;
}

/** A call that was made, as the model reads its result. */
export interface CallRecord {
  readonly tool: string;
  readonly args: Result;
  readonly text: string;
  readonly isError: boolean;
  /** Tokens of o200k: the arguments and the result. */
  readonly tokens: number;
}

/** A server that is started and connected. */
export interface Connected {
  readonly tools: readonly Tool[];
  /** What the server says about itself, or an empty text. */
  readonly instructions: string;
  readonly calls: readonly CallRecord[];
  call(tool: string, args: Result): Promise<CallRecord>;
  /** Records a call that never reached the server. */
  refuse(tool: string, args: unknown, reason: string): void;
  close(): Promise<void>;
}

/** The text of a result. */
const textOf = (content: readonly unknown[]): string =>
  content.map((part) => (isObject(part) && part.type === 'text' ? String(part.text) : JSON.stringify(part))).join('\n');

/** Strangers wrote some of the texts, so that the names of special tokens are text. */
const tokensOf = (text: string): number => countTokens(text, { disallowedSpecial: new Set() });

/** Starts a server for a sandbox, by the shell and with few variables, and connects a client to it. */
export async function startServer({ command }: ServerChoice, sandbox: Sandbox): Promise<Connected> {
  const values: Readonly<Record<string, string>> = {
    '{url}': sandbox.url,
    '{manychat_key}': sandbox.manychatKey,
    '{maton_key}': sandbox.matonKey,
  };
  const script = command.replace(/\{(?:url|manychat_key|maton_key)\}/g, (name) => values[name] ?? name);
  const client = new Client({ name: 'evals', version: '1.0.0' });
  const isWindows = process.platform === 'win32';
  const transport = new StdioClientTransport({
    command: isWindows ? (process.env.ComSpec ?? 'cmd.exe') : '/bin/sh',
    args: isWindows ? ['/d', '/s', '/c', script] : ['-c', script],
    env: {
      PATH: process.env.PATH ?? '',
      HOME: process.env.HOME ?? '',
      MANYCHAT_API_KEY: sandbox.manychatKey,
      MANYCHAT_API_URL: sandbox.url,
      MANYCHAT_MCP_LOG_LEVEL: 'silent',
    },
    stderr: 'ignore',
  });
  await client.connect(transport);
  const { tools } = await client.listTools();
  const calls: CallRecord[] = [];
  const record = (tool: string, args: unknown, text: string, isError: boolean): CallRecord => {
    const tokens = tokensOf(JSON.stringify(args) ?? '') + tokensOf(text);
    const call = { tool, args: isObject(args) ? args : {}, text, isError, tokens };
    calls.push(call);
    return call;
  };
  return {
    tools: tools.map(({ name, description = '', inputSchema }) => ({ name, description, inputSchema })),
    instructions: client.getInstructions() ?? '',
    calls,
    async call(tool, args) {
      try {
        const { content, isError = false } = await client.callTool({ name: tool, arguments: { ...args } });
        return record(tool, args, textOf(content), isError);
      } catch (error) {
        return record(tool, args, String(error), true);
      }
    },
    refuse(tool, args, reason) {
      record(tool, args, reason, true);
    },
    close: () => client.close(),
  };
}
