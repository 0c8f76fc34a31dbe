import { once } from 'node:events';
import { connectProgram, through } from '../../test/support/program.js';
import { table } from './figures.js';
import type { Address, Seen } from './sandbox-server.js';
import { start } from './sides.js';

const reads: readonly { name: string; arguments?: Record<string, unknown> }[] = [
  { name: 'manychat_get_page' },
  { name: 'manychat_list_tags' },
  { name: 'manychat_list_flows' },
  { name: 'manychat_list_custom_fields' },
  { name: 'manychat_get_subscriber', arguments: { subscriber_id: '24958501110451908' } },
  { name: 'manychat_find_subscribers_by_name', arguments: { name: 'Maria Garcia' } },
  { name: 'manychat_list_connections' },
];
const calls = 300;
const perSecond = 10;

/** The maximum number of times within one second. */
function busiestSecond(times: readonly number[]): number {
  return Math.max(...times.map((start) => times.filter((each) => each >= start && each < start + 1000).length));
}

/** Concurrent reads through Maton's limit, which the sandbox enforces in a strict sliding window. */
export async function pace(): Promise<string[]> {
  const { message, child } = await start('sandbox-server.js');
  const { url, key, connectionId } = message as Address;
  const { client } = await connectProgram({ ...through(url, key), MATON_CONNECTION_ID: connectionId });
  const started = performance.now();
  const results = await Promise.all(
    Array.from({ length: calls }, (_, index) => client.callTool(reads[index % reads.length] ?? { name: '' })),
  );
  const seconds = (performance.now() - started) / 1000;
  child.send('requests');
  const [requests] = (await once(child, 'message')) as [Seen[]];
  await client.close();
  child.disconnect();
  const ideal = Math.floor((calls - 1) / perSecond);
  const refused = requests.filter(({ status }) => status === 429).length;
  const failed = results.filter(({ isError }) => isError === true).length;
  const busiest = busiestSecond(requests.filter(({ status }) => status !== 429).map(({ at }) => at));
  return [
    `3. Pace: ${calls} mixed concurrent reads through the built program, ${perSecond} per second allowed in any window`,
    ...table([
      [
        'use of the limit (ideal time / actual time)',
        `${((100 * ideal) / seconds).toFixed(1)}%`,
        `${ideal} s of ${seconds.toFixed(2)} s`,
      ],
      ['requests refused with 429', `${refused} of ${requests.length}`],
      ['requests admitted in the busiest second', String(busiest)],
      ['calls that failed', `${failed} of ${calls}`],
    ]),
  ];
}
