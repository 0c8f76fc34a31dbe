import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connectProgram, through } from '../support/program.js';
import { useSandbox } from '../support/sandboxed.js';

const sandbox = useSandbox();

type Connected = Awaited<ReturnType<typeof connectProgram>>['client'];

describe.each([[false], [true]])('results, for a client of the 2026-07-28 revision: %s', (modern) => {
  const clients = new Map<string, Connected>();
  beforeAll(async () => {
    for (const form of ['both', 'text', 'structured']) {
      const { client } = await connectProgram(
        { ...through(sandbox.url, sandbox.matonKey), MANYCHAT_MCP_RESULTS: form },
        [],
        { modern },
      );
      clients.set(form, client);
    }
  });
  afterAll(async () => {
    for (const client of clients.values()) await client.close();
  });
  const clientOf = (form: string): Connected => {
    const client = clients.get(form);
    if (client === undefined) throw new Error(form);
    return client;
  };
  const call = (form: string, name: string, args: Record<string, unknown> = {}) =>
    clientOf(form).callTool({ name, arguments: args });
  const page = expect.objectContaining({ page: expect.objectContaining({ name: 'Sunrise Coffee' }) });

  test('are text and structured content alike by default', async () => {
    const { content, structuredContent } = await call('both', 'manychat_get_page');
    expect(structuredContent).toEqual(page);
    expect(content).toEqual([{ type: 'text', text: JSON.stringify(structuredContent) }]);
    const { tools } = await clientOf('both').listTools();
    expect(tools.every(({ outputSchema }) => outputSchema !== undefined)).toBe(true);
  });

  test('are text only, and no tool has an output schema, with MANYCHAT_MCP_RESULTS=text', async () => {
    const { content, ...rest } = await call('text', 'manychat_get_page');
    expect(rest).not.toHaveProperty('structuredContent');
    const [first] = content;
    expect(first?.type === 'text' && JSON.parse(first.text)).toEqual(page);
    const { tools } = await clientOf('text').listTools();
    expect(tools.filter(({ outputSchema }) => outputSchema !== undefined)).toEqual([]);
  });

  test('are structured with a short text, with MANYCHAT_MCP_RESULTS=structured', async () => {
    const { content, structuredContent } = await call('structured', 'manychat_get_page');
    expect(structuredContent).toEqual(page);
    expect(content).toEqual([{ type: 'text', text: 'The result is in structuredContent.' }]);
  });

  test.each(['both', 'text', 'structured'])('that are failures are text: %s', async (form) => {
    const { content, isError, ...rest } = await call(form, 'manychat_delete_tag', { tag_id: 'x' });
    expect(isError).toBe(true);
    expect(rest).not.toHaveProperty('structuredContent');
    const [first] = content;
    expect(first?.type === 'text' && JSON.parse(first.text).error).toMatchObject({ kind: 'invalid_input' });
  });
});

test.each([
  ['2024-11-05', false],
  ['2025-03-26', false],
  ['2025-06-18', true],
])('structured results are text too for a client of a revision without them: %s', async (revision, knowsStructured) => {
  const environment = { ...through(sandbox.url, sandbox.matonKey), MANYCHAT_MCP_RESULTS: 'structured' };
  const { client } = await connectProgram(environment, [], { revision });
  const { content, isError } = await client.callTool({ name: 'manychat_get_page', arguments: {} });
  await client.close();
  expect(isError).not.toBe(true);
  expect(JSON.stringify(content).includes('Sunrise Coffee')).toBe(!knowsStructured);
});
