import { execFile } from 'node:child_process';
import { describe, expect, onTestFinished, test } from 'vitest';
import { connectProgram, program } from '../support/program.js';
import { sandboxed } from '../support/sandboxed.js';

describe('the built program with a page that is pinned by its name', () => {
  test('uses it for tools, resources and prompts, after one list and one read of each page', async () => {
    const { sandbox, environment } = await sandboxed({ secondConnection: 'ACTIVE' });
    const { client } = await connectProgram({ ...environment, MATON_CONNECTION_ID: 'SUNRISE  wholesale' });
    onTestFinished(() => client.close());
    const { tools } = await client.listTools();
    expect(JSON.stringify(tools.find(({ name }) => name === 'manychat_get_page'))).not.toContain('connection_id');
    const { contents } = await client.readResource({ uri: 'manychat://page' });
    expect(JSON.stringify(contents)).toContain('Sunrise Wholesale');
    const sent = await client.callTool({
      name: 'manychat_send_text',
      arguments: { subscriber_id: '7002000111', text: 'Hi' },
    });
    expect(sent.isError).not.toBe(true);
    const { prompts } = await client.listPrompts();
    const argument = prompts.flatMap(({ name, arguments: all = [] }) => all.map((each) => [name, each.name] as const));
    const completed = await Promise.all(
      argument.map(([name, each]) =>
        client.complete({ ref: { type: 'ref/prompt', name }, argument: { name: each, value: 'Resel' } }),
      ),
    );
    expect(completed.flatMap(({ completion }) => completion.values)).toContain('Reseller');
    const requests = sandbox.requests();
    const used = requests.filter(({ path }) => !/getInfo|\/connections/.test(path));
    expect(new Set(used.map(({ headers }) => headers['maton-connection']))).toEqual(
      new Set([sandbox.secondConnectionId]),
    );
    expect(requests.filter(({ path }) => path === '/connections')).toHaveLength(1);
    // Of each page for the name, and that of the resource.
    expect(requests.filter(({ path }) => path.endsWith('/page/getInfo'))).toHaveLength(3);
  });

  test('takes the name on the command line, and exits with the choices where no page has it', async () => {
    const { sandbox, environment } = await sandboxed({ secondConnection: 'ACTIVE' });
    const run = (page: string) =>
      new Promise<{ code: unknown; out: string; err: string }>((resolve) => {
        const env = { PATH: process.env.PATH ?? '', ...environment };
        execFile(process.execPath, [program, '--connection', page, 'call', 'get_page'], { env }, (error, out, err) =>
          resolve({ code: error?.code ?? 0, out, err }),
        );
      });
    expect(await run('Sunrise Coffee')).toMatchObject({ code: 0, out: expect.stringContaining('Sunrise Coffee') });
    const none = await run('Sunrise');
    expect(none.code).not.toBe(0);
    expect(none.err).toContain(`"Sunrise Coffee" (page 123456789): ${sandbox.connectionId}`);
  });

  test('adds no second account unasked where nobody is there to ask: exit code 2', async () => {
    const { sandbox, environment } = await sandboxed();
    const { code, err } = await new Promise<{ code: unknown; err: string }>((resolve) => {
      const env = { PATH: process.env.PATH ?? '', ...environment };
      execFile(process.execPath, [program, 'connect', '--json'], { env }, (error, _, text) =>
        resolve({ code: error?.code ?? 0, err: text }),
      );
    });
    expect(code).toBe(2);
    expect(err).toContain('--yes is needed to connect another ManyChat account.');
    expect(err).toContain(`connect ${sandbox.secondConnectionId}`);
    expect(sandbox.requests().filter(({ method }) => method === 'POST')).toEqual([]);
  });
});
