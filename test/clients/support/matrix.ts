import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { type Sandbox, startSandbox } from '../../../src/sandbox/index.js';
import type { Result } from '../../../tools/contract/json.js';
import { type ClientName, expectations } from '../expectations.js';
import { examples, failing, wholeGrammar } from './cases.js';
import { type Connect, type Connected, launchOn, Refusal } from './client.js';
import { fitted, optionalIn, withNulls } from './forms.js';
import { type Made, readable, requestsOf } from './reference.js';

interface Running {
  readonly sandbox: Sandbox;
  readonly client: Connected;
}

/** A sandbox and a client of its own for the tests of the calling block, since a message is not sent twice. */
function useClient(connect: Connect, settings: Readonly<Record<string, string>> = {}): () => Running {
  let running: Running | undefined;
  beforeAll(async () => {
    const sandbox = await startSandbox({ limits: false });
    try {
      running = { sandbox, client: await connect(launchOn(sandbox, settings)) };
    } catch (error) {
      await sandbox.close();
      throw error;
    }
  });
  afterAll(async () => {
    await running?.client.close();
    await running?.sandbox.close();
  });
  return () => {
    if (running === undefined) throw new Error('only available within tests');
    return running;
  };
}

/** Calls a tool on the sandbox in its first state: what the model reads, and the requests that were made. */
async function called({ sandbox, client }: Running, tool: string, args: Result) {
  sandbox.reset();
  const text = readable(await client.call(tool, args));
  return { text, requests: requestsOf(sandbox) };
}

/** Expects a call to make the requests, and the model to read the result, of the same call without a client. */
async function expectSame(running: Running, tool: string, args: Result, made: Made | undefined): Promise<string> {
  const { text, requests: actual } = await called(running, tool, args);
  const { requests, parts } = made ?? { requests: [], parts: [] };
  expect(parts.length, tool).toBeGreaterThan(0);
  for (const part of parts) expect(text).toContain(part);
  expect(text).not.toMatch(/"error":\{"kind"|MCP error|ToolException|Error executing/);
  expect(actual).toEqual(requests);
  return text;
}

/** Runs the whole matrix through one client. Its expectations are in expectations.ts, by its name. */
export function describeClient(name: ClientName, connect: Connect): void {
  const expected = expectations[name];
  const { schemas, ...made } = inject('reference');
  /** Arguments as the model of this client writes them. */
  const written = (tool: string, args: Result) =>
    expected.nulls === 'required' ? withNulls(schemas[tool], args) : args;

  describe(name, () => {
    describe('calls with what a model sets', () => {
      const running = useClient(connect);

      test('offers every tool', () => {
        const names = running().client.tools.map((tool) => tool.name);
        for (const { tool } of examples) expect(names.some((offered) => offered.endsWith(tool))).toBe(true);
      });

      test.each(examples.map((each) => [each.tool, each] as const))(
        'sends the example of %s',
        async (tool, { args }) => {
          await expectSame(running(), tool, written(tool, args), made.examples[tool]);
        },
      );

      test('sends every kind of content, whole', async () => {
        const { tool, args } = wholeGrammar;
        await expectSame(running(), tool, written(tool, fitted(schemas[tool], args)), made.wholeGrammar);
      });

      test.each(failing.map((each) => [each.what, each] as const))(
        'shows the model %s',
        async (_, { tool, args, fault, reads }) => {
          const { sandbox, client } = running();
          sandbox.reset();
          if (fault !== undefined) sandbox.injectFault(fault);
          const text = readable(await client.call(tool, written(tool, args)));
          for (const part of reads) expect(text).toContain(part);
          expect(text).toMatch(expected.failure);
        },
      );
    });

    describe.each([
      ['both forms of a result', {}, expected.reads === 'both' ? 2 : 1],
      ['text only', { MANYCHAT_MCP_RESULTS: 'text' }, 1],
      ...(expected.reads === 'both' ? [['structured only', { MANYCHAT_MCP_RESULTS: 'structured' }, 1] as const] : []),
    ] as const)('offered %s', (_, settings, times) => {
      const running = useClient(connect, settings);

      test(`gives the model a result ${times === 1 ? 'once' : 'twice'}`, async () => {
        const { text } = await called(running(), 'manychat_get_page', written('manychat_get_page', {}));
        expect(text.match(/Sunrise Coffee/g), text).toHaveLength(times);
      });
    });

    // A model that has to write null has just done so.
    if (expected.nulls === 'required') return;

    describe('calls with null for what a model leaves out', () => {
      const running = useClient(connect);
      const withOptional = examples
        .filter(({ tool, args }) => optionalIn(schemas[tool]).some((key) => !(key in args)))
        .map((each) => [each.tool, each] as const);

      if (expected.nulls === 'refused by the client') {
        test.each(withOptional)('refuses %s itself, and sends nothing', async (tool, { args }) => {
          const { sandbox, client } = running();
          sandbox.reset();
          await expect(client.call(tool, withNulls(schemas[tool], args))).rejects.toThrow(Refusal);
          expect(sandbox.requests()).toEqual([]);
        });
      } else {
        test.each(withOptional)('sends the example of %s', async (tool, { args }) => {
          const nulls = withNulls(schemas[tool], args);
          const text = await expectSame(running(), tool, nulls, made.examples[tool]);
          // The server warns of every null that it is sent.
          expect(text.includes('because null')).toBe(expected.nulls === 'sent');
        });

        test('sends every kind of content, whole', async () => {
          const { tool, args } = wholeGrammar;
          const nulls = withNulls(schemas[tool], fitted(schemas[tool], args));
          await expectSame(running(), tool, nulls, made.wholeGrammar);
        });
      }
    });
  });
}
