import { setTimeout as sleep } from 'node:timers/promises';
import { median, milliseconds, quantile, table, times } from './figures.js';
import type { Sides, Way } from './sides.js';

/** ManyChat allows 100 of each per second, so with the spacing below none has to wait. */
const tools = [
  'manychat_get_page',
  'manychat_list_tags',
  'manychat_list_custom_fields',
  'manychat_list_bot_fields',
  'manychat_list_growth_tools',
  'manychat_list_otn_topics',
];
const rounds = 1_600;
const warmUp = 400;
const spacingMs = 4;

/** Latency of one call at a time; the ways take turns. */
export async function latency({ tool, inProcess, empty, bare }: Sides): Promise<string[]> {
  const ways: { name: string; way: Way; took: number[] }[] = [
    { name: 'tool call, built program over stdio', way: tool, took: [] },
    { name: 'tool call, in this process', way: inProcess, took: [] },
    { name: 'empty tool of an SDK server over stdio', way: empty, took: [] },
    { name: 'bare undici request', way: bare, took: [] },
  ];
  for (let round = -warmUp; round < rounds; round += 1) {
    const next = performance.now() + spacingMs;
    const name = tools.at(round % tools.length) ?? '';
    // The first call after the pause is slower, so the ways take turns at being first.
    const first = Math.abs(round) % ways.length;
    for (const { way, took } of [...ways.slice(first), ...ways.slice(0, first)]) {
      const started = performance.now();
      await way(way === empty ? 'empty' : name);
      if (round >= 0) took.push(performance.now() - started);
    }
    await sleep(Math.max(1, next - performance.now()));
  }
  const [bareP50, bareP99] = [0.5, 0.99].map((share) => quantile(ways.at(-1)?.took ?? [], share));
  return [
    `1. Time of a call relative to a bare HTTP request, ${rounds} rounds, one call at a time, taking turns`,
    ...table([
      ['', 'p50', '', 'p99', ''],
      ...ways.map(({ name, took }) => {
        const [p50, p99] = [median(took), quantile(took, 0.99)];
        const ratios = [times(p50 / (bareP50 ?? 0)), times(p99 / (bareP99 ?? 0))] as const;
        return [name, ratios[0], milliseconds(p50), ratios[1], milliseconds(p99)];
      }),
    ]),
    '   Row 2 minus row 4 is the cost of our code; row 3 is the cost of MCP and a second process, without HTTP.',
  ];
}
