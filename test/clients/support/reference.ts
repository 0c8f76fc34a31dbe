import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import type { TestProject } from 'vitest/node';
import { type Sandbox, startSandbox } from '../../../src/sandbox/index.js';
import { isObject, type Result } from '../../../tools/contract/json.js';
import { type Case, examples, wholeGrammar } from './cases.js';
import { launchOn } from './client.js';

/** What a call came to. */
export interface Made {
  readonly requests: readonly string[];
  /** The parts of its result, as a model reads them. */
  readonly parts: readonly string[];
}

/** What the program offers, and what the plain calls come to. */
export interface Reference {
  /** The input schema of each tool, as listed. */
  readonly schemas: Readonly<Record<string, Result>>;
  /** By the names of the tools. */
  readonly examples: Readonly<Record<string, Made>>;
  readonly wholeGrammar: Made;
}

declare module 'vitest' {
  interface ProvidedContext {
    reference: Reference;
  }
}

/** What a model reads, without the escapes of a JSON text in a JSON text, and without what differs between two sandboxes. */
export const readable = (text: string): string =>
  text
    .replaceAll('\\', '')
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d)/g, 'TIME')
    .replace(/127\.0\.0\.1:\d+/g, 'HOST');

/** The parts of a result by its keys. Warnings are about one call. */
function partsOf(content: unknown): string[] {
  const [first] = Array.isArray(content) ? content : [];
  const result: unknown = JSON.parse(String(isObject(first) ? first.text : undefined));
  return Object.entries(isObject(result) ? result : {})
    .filter(([key]) => key !== 'warnings')
    .map(([key, value]) => readable(`${JSON.stringify(key)}:${JSON.stringify(value)}`));
}

/**
 * The requests that a call made and that no cache can hold back: all that write, and the last one. They are sorted, since
 * some calls make several at once.
 */
export function requestsOf(sandbox: Sandbox): string[] {
  const requests = sandbox.requests();
  return requests
    .filter(({ method }, index) => method !== 'GET' || index === requests.length - 1)
    .map(({ method, path, query, body }) => JSON.stringify([method, path, query, body]))
    .toSorted();
}

async function reference(): Promise<Reference> {
  const sandbox = await startSandbox({ limits: false });
  const client = new Client({ name: 'reference', version: '1' });
  try {
    await client.connect(new StdioClientTransport({ ...launchOn(sandbox), stderr: 'ignore' }));
    const { tools } = await client.listTools();
    const called = async ({ tool, args }: Case): Promise<Made> => {
      sandbox.reset();
      const { isError, content } = await client.callTool({ name: tool, arguments: { ...args } });
      if (isError === true) throw new Error(`${tool}: ${JSON.stringify(content)}`);
      return { requests: requestsOf(sandbox), parts: partsOf(content) };
    };
    const made: Record<string, Made> = {};
    for (const each of examples) made[each.tool] = await called(each);
    return {
      schemas: Object.fromEntries(
        tools.map(({ name, inputSchema }) => [name, isObject(inputSchema) ? inputSchema : {}]),
      ),
      examples: made,
      wholeGrammar: await called(wholeGrammar),
    };
  } finally {
    await client.close();
    await sandbox.close();
  }
}

/** Runs once before all clients. */
export default async function setup(project: TestProject): Promise<void> {
  project.provide('reference', await reference());
}
