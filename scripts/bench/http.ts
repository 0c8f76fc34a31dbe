import { once } from 'node:events';
import { Agent } from 'undici';
import { messageOf } from '../../test/support/http-messages.js';
import { median, milliseconds, table, timed, times } from './figures.js';
import type { Used } from './http-child.js';
import { start } from './sides.js';

const rounds = 9;
const calls = 500;
const inFlight = 16;
const firstAt = 10_000;
const lastAt = 50_000;

/** The only read without a limit of its own, so without Maton it is never paced. */
const read = { name: 'manychat_get_subscriber_by_user_ref', arguments: { user_ref: '123456' } };

/** A server in a process of its own, and a call of a tool there. */
async function side(given: string, params: { readonly name: string }, modern: boolean) {
  const { message, child } = await start('http-child.js', [given], ['--expose-gc']);
  const agent = new Agent({ connections: inFlight });
  const { headers, body } = messageOf('tools/call', params, { modern });
  return {
    async once() {
      const request = { origin: String(message), path: '/mcp', method: 'POST', headers, body } as const;
      const { statusCode, body: answer } = await agent.request(request);
      const text = await answer.text();
      if (statusCode !== 200 || text.includes('isError')) throw new Error(`${statusCode}: ${text}`);
    },
    async used(collects = false): Promise<Used> {
      child.send(collects);
      const [used] = await once(child, 'message');
      return used;
    },
    async close() {
      await agent.close();
      child.disconnect();
    },
  };
}

const megabytes = (bytes: number): string => `${(bytes / 1024 / 1024).toFixed(1)} MB`;

/** CPU that a call over HTTP costs the server, and the memory of one that has answered many. */
export async function http(url: string): Promise<string[]> {
  const ways = await Promise.all(
    [
      {
        name: 'SDK server, empty tool, 2026-07-28',
        given: 'empty',
        params: { name: 'empty', arguments: {} },
        modern: true,
      },
      { name: 'ours, a read, 2026-07-28', given: url, params: read, modern: true },
      { name: 'ours, a read, 2025 era', given: url, params: read, modern: false },
    ].map(async ({ name, given, params, modern }) => ({
      name,
      side: await side(given, params, modern),
      cpu: [] as number[],
      ratios: [] as number[],
      perSecond: [] as number[],
    })),
  );
  for (let round = -2; round < rounds; round += 1) {
    let baseline = 0;
    for (const { side: each, cpu, ratios, perSecond } of ways) {
      const before = await each.used();
      const took = await timed(calls, inFlight, each.once);
      const perCall = ((await each.used()).cpuMs - before.cpuMs) / calls;
      baseline ||= perCall;
      if (round < 0) continue;
      cpu.push(perCall);
      ratios.push(perCall / baseline);
      perSecond.push((calls * 1_000) / took);
    }
  }
  const [, ours] = ways;
  if (ours === undefined) throw new Error('there are three ways');
  await timed(firstAt - (rounds + 2) * calls, inFlight, ours.side.once);
  const first = await ours.side.used(true);
  await timed(lastAt - firstAt, inFlight, ours.side.once);
  const last = await ours.side.used(true);
  await Promise.all(ways.map(({ side: each }) => each.close()));
  return [
    `8. CPU of the server for a call over HTTP relative to an SDK server with an empty tool, median of ${rounds} rounds of ${calls}`,
    ...table(
      ways.map(({ name, cpu, ratios, perSecond }) => [
        name,
        times(median(ratios)),
        milliseconds(median(cpu)),
        `${Math.round(median(perSecond))}/s`,
      ]),
    ),
    `   Memory from call ${firstAt.toLocaleString('en')} to ${lastAt.toLocaleString('en')}: heap ${megabytes(first.heap)} -> ${megabytes(last.heap)}, resident ${megabytes(first.resident)} -> ${megabytes(last.resident)}`,
  ];
}
