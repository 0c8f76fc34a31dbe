import type { Client } from '@modelcontextprotocol/client';
import { describe, expect, test } from 'vitest';
import { connectProgram, pinnedTo, through } from './support/program.js';
import { useSandbox } from './support/sandboxed.js';

describe('pacing on real sockets', () => {
  const sandbox = useSandbox();
  const read = (client: Client, index: number) => {
    const names = ['manychat_get_page', 'manychat_list_tags', 'manychat_list_flows', 'manychat_list_connections'];
    return client.callTool({ name: names[index % names.length] ?? '', arguments: {} });
  };

  test('a burst of mixed calls meets no 429, and who waits is told so', async () => {
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
  });

  test('two processes on one account: every call succeeds', async () => {
    const both = await Promise.all([connectProgram(pinnedTo(sandbox)), connectProgram(pinnedTo(sandbox))]);
    const results = await Promise.all(
      both.flatMap(({ client }) => Array.from({ length: 15 }, (_, index) => read(client, index))),
    );
    expect(results.filter((result) => 'isError' in result && result.isError === true)).toEqual([]);
    await Promise.all(both.map(({ client }) => client.close()));
  }, 60_000);
});
