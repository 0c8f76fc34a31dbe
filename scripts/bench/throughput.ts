import { median, table, timed, times } from './figures.js';
import type { Sides } from './sides.js';

const rounds = 15;
const calls = 500;
const inFlight = 16;

/** Throughput of concurrent calls. Each round measures all ways, and ratios are taken within a round. */
export async function throughput(sides: Sides): Promise<string[]> {
  const { empty, refused, keyless, tool, inProcess, bare } = sides;
  // The only read without a limit of its own, so without Maton it is never paced.
  const unlimited = 'manychat_get_subscriber_by_user_ref';
  const ways = [
    { name: 'SDK server, empty tool (stdio, no HTTP)', once: () => empty('empty') },
    { name: 'ours, invalid_input    (stdio, no HTTP)', once: () => refused('manychat_get_page', { unknown: 1 }) },
    { name: 'ours, not_configured   (stdio, no HTTP)', once: () => keyless('manychat_get_page') },
    { name: 'ours, a read           (stdio, HTTP)', once: () => tool(unlimited, { user_ref: 123456 }) },
    { name: 'ours, a read           (in process, HTTP)', once: () => inProcess(unlimited, { user_ref: 123456 }) },
    { name: 'bare undici requests   (in process, HTTP)', once: () => bare('') },
  ].map((way) => ({ ...way, perSecond: [] as number[], ratios: [] as number[] }));
  for (let round = -1; round < rounds; round += 1) {
    let baseline = 0;
    for (const { once, perSecond, ratios } of ways) {
      const rate = (calls * 1000) / (await timed(calls, inFlight, once));
      baseline ||= rate;
      if (round < 0) continue;
      perSecond.push(rate);
      ratios.push(rate / baseline);
    }
  }
  return [
    `2. Calls per second relative to an SDK server with an empty tool, ${inFlight} in flight, median of ${rounds} rounds of ${calls}`,
    ...table(
      ways.map(({ name, perSecond, ratios }) => [name, times(median(ratios)), `${Math.round(median(perSecond))}/s`]),
    ),
    '   No row waits for a limit. Over stdio the measurement includes the client, which runs in this process.',
  ];
}
