import type { Client } from '@modelcontextprotocol/client';
import { describe, expect, test } from 'vitest';
import type { Progress } from '../../../src/account/call/call-context.js';
import { connectProgram, pinnedTo, through } from '../../support/program.js';
import { useCaller, useSandbox } from '../../support/sandboxed.js';

const reads = ['manychat_get_page', 'manychat_list_tags', 'manychat_list_flows', 'manychat_list_connections'];
const readOf = (index: number): string => reads[index % reads.length] ?? '';

describe('pacing on real sockets', () => {
  const { sandbox, caller } = useCaller({}, { limits: true });

  test('a burst of mixed calls gets no 429, and a waiting call reports its wait each second', async () => {
    const reported: Progress[] = [];
    const burst = Array.from({ length: 34 }, (_, index) => caller.call(readOf(index)));
    const last = caller.call('manychat_get_page', {}, { onProgress: (progress) => void reported.push(progress) });
    const outcomes = await Promise.all([...burst, last]);
    expect(outcomes.filter(({ ok }) => !ok)).toEqual([]);
    expect(sandbox.requests().map(({ status }) => status)).toEqual(Array(36).fill(200));
    // 35 calls at 10 a second, and the page of the connection, which is listed: the last waits for three windows.
    expect(reported).toEqual(
      [1, 2, 3].map((progress) => ({ progress, message: `Waiting for the rate limit, ${progress} s so far` })),
    );
  });
});

describe('pacing of the built program', () => {
  const sandbox = useSandbox();
  // Every call gets its turn before the deadline, however slow the machine is.
  const patient = { MANYCHAT_MCP_DEADLINE_MS: '600000' };
  const read = (client: Client, index: number) => client.callTool({ name: readOf(index), arguments: {} });
  const failed = (results: readonly object[]) =>
    results.filter((result) => 'isError' in result && result.isError === true);

  test('a waiting call reports its wait', async () => {
    const { client } = await connectProgram({ ...through(sandbox.url, sandbox.matonKey), ...patient });
    const reported: { progress: number; message?: string | undefined }[] = [];
    const burst = Array.from({ length: 34 }, (_, index) => read(client, index));
    const last = client.callTool(
      { name: 'manychat_get_page', arguments: {} },
      { onprogress: (progress) => void reported.push(progress) },
    );
    expect(failed(await Promise.all([...burst, last]))).toEqual([]);
    expect(reported.length).toBeGreaterThanOrEqual(2);
    expect(reported[1]?.progress).toBeGreaterThan(reported[0]?.progress ?? Number.NaN);
    expect(reported[0]?.message).toMatch(/Waiting for the rate limit/);
    await client.close();
  });

  test('every call succeeds when two processes share an account', async () => {
    const environment = { ...pinnedTo(sandbox), ...patient };
    const both = await Promise.all([connectProgram(environment), connectProgram(environment)]);
    const results = await Promise.all(
      both.flatMap(({ client }) => Array.from({ length: 15 }, (_, index) => read(client, index))),
    );
    expect(failed(results)).toEqual([]);
    await Promise.all(both.map(({ client }) => client.close()));
  });
});
