import type { Client } from '@modelcontextprotocol/client';
import { describe, expect, test } from 'vitest';
import { startSandbox } from '../src/sandbox/index.js';
import { connectProgram, through } from './support/program.js';

describe('pacing on real sockets', () => {
  const read = (client: Client, index: number) => {
    const names = ['manychat_get_page', 'manychat_list_tags', 'manychat_list_flows', 'manychat_list_connections'];
    return client.callTool({ name: names[index % names.length] ?? '', arguments: {} });
  };

  test('a burst of mixed calls meets no 429, and who waits is told so', async () => {
    const sandbox = await startSandbox();
    const { client } = await connectProgram(through(sandbox.url, sandbox.matonKey));
    const told: { progress: number; message?: string | undefined }[] = [];
    const burst = Array.from({ length: 34 }, (_, index) => read(client, index));
    const last = client.callTool(
      { name: 'manychat_get_page', arguments: {} },
      { onprogress: (progress) => void told.push(progress) },
    );
    const results = await Promise.all([...burst, last]);
    expect(told.length).toBeGreaterThanOrEqual(2);
    expect(told[1]?.progress).toBeGreaterThan(told[0]?.progress ?? Number.NaN);
    expect(told[0]?.message).toMatch(/Waiting for the rate limit/);
    expect(results.filter((result) => 'isError' in result && result.isError === true)).toEqual([]);
    expect(sandbox.requests().filter((request) => request.status !== 200)).toEqual([]);
    await client.close();
    await sandbox.close();
  });

  test('two processes on one account: every call succeeds', async () => {
    const sandbox = await startSandbox();
    const environment = { ...through(sandbox.url, sandbox.matonKey), MATON_CONNECTION_ID: sandbox.connectionId };
    const both = await Promise.all([connectProgram(environment), connectProgram(environment)]);
    const results = await Promise.all(
      both.flatMap(({ client }) => Array.from({ length: 15 }, (_, index) => read(client, index))),
    );
    expect(results.filter((result) => 'isError' in result && result.isError === true)).toEqual([]);
    await Promise.all(both.map(({ client }) => client.close()));
    await sandbox.close();
  }, 60_000);
});
