import { once } from 'node:events';
import { connectProgram, pinnedId, through } from '../../test/support/program.js';
import { median, milliseconds, table } from './figures.js';
import type { Arrival } from './limited-server.js';
import type { SharedStores } from './shared-stores.js';
import { start } from './sides.js';
import type { Transactions } from './transactions-child.js';

const rounds = 3;
const perSecond = 10;
const processes = 3;
const callsEach = 100;
const all = processes * callsEach;
const idealMs = 1_000 * Math.floor((all - 1) / perSecond);

/** What a run came to. */
interface Run {
  /** The share of the limit that was used, in percent. */
  readonly use: number;
  readonly refused: number;
  readonly busiest: number;
  /** Requests with which a second began that had more than were allowed. */
  readonly over: number;
  readonly failed: number;
}

/** How many arrived within a second of each arrival. */
const inSeconds = (arrivals: readonly Arrival[]): number[] =>
  arrivals.map(({ at: from }) => arrivals.filter(({ at }) => at >= from && at < from + 1_000).length);

/** Reads by processes of the built program at the same time, through a server with a limit. */
async function run(
  node: string,
  upstream: readonly string[],
  settings: Readonly<Record<string, string>>,
): Promise<Run> {
  const { message, child } = await start('limited-server.js', [String(perSecond), ...upstream]);
  const environment = {
    ...through(String(message)),
    MATON_CONNECTION_ID: pinnedId,
    MANYCHAT_MCP_DEADLINE_MS: '600000',
    ...settings,
  };
  const clients = await Promise.all(
    Array.from({ length: processes }, async () => (await connectProgram(environment, [], { node })).client),
  );
  const read = (client: (typeof clients)[number], id: number) =>
    client.callTool({ name: 'manychat_get_subscriber', arguments: { subscriber_id: id } }, { timeout: 600_000 });
  const arrivals = async (): Promise<Arrival[]> => {
    child.send('arrivals');
    const [arrived] = (await once(child, 'message')) as [Arrival[]];
    return arrived;
  };
  // The page of the connection is read with the first call.
  for (const client of clients) await read(client, 1);
  await new Promise((resolve) => setTimeout(resolve, 1_300));
  await arrivals();
  const started = performance.now();
  const results = await Promise.all(
    clients.flatMap((client, process) =>
      Array.from({ length: callsEach }, (_, index) => read(client, 1_000 * (process + 1) + index)),
    ),
  );
  const took = performance.now() - started;
  const arrived = await arrivals();
  await Promise.all(clients.map((client) => client.close()));
  child.disconnect();
  const seconds = inSeconds(arrived);
  return {
    use: (100 * idealMs) / took,
    refused: arrived.filter(({ refused }) => refused).length,
    busiest: Math.max(...seconds),
    over: seconds.filter((count) => count > perSecond).length,
    failed: results.filter(({ isError }) => isError === true).length,
  };
}

/** How processes that share a store use a limit, beside processes that know nothing of each other. */
export async function sharedPace({ node, sqlite, redis }: SharedStores): Promise<string[]> {
  const stores = [
    { name: 'each for itself', settings: () => ({ MANYCHAT_MCP_STATE_FILE: 'off' }) },
    { name: 'SQLite', settings: typeof sqlite === 'string' ? sqlite : () => ({ MANYCHAT_MCP_STATE_FILE: sqlite() }) },
    { name: 'Redis', settings: typeof redis === 'string' ? redis : () => ({ MANYCHAT_MCP_REDIS_URL: redis() }) },
  ];
  const upstreams = [[], ['jittered']];
  const ways = upstreams.flatMap((upstream) =>
    stores.map(({ name, settings }) => ({
      name: [name, ...upstream].join(', '),
      upstream,
      settings,
      runs: [] as Run[],
    })),
  );
  for (let round = 0; round < rounds; round += 1) {
    for (const upstream of upstreams) {
      // The processes wait nearly all of the time, so the ways are measured at the same time.
      const together = ways.filter((way) => way.upstream === upstream);
      await Promise.all(
        together.map(async ({ settings, runs }) => {
          if (typeof settings !== 'string') runs.push(await run(node, upstream, settings()));
        }),
      );
    }
  }
  const rows = ways.map(({ name, settings, runs }) => {
    const of = (figure: keyof Run): number[] => runs.map((each) => each[figure]);
    if (typeof settings === 'string') return [name, `left out: ${settings}`];
    const most = (figure: keyof Run): string => String(Math.max(...of(figure)));
    return [name, `${median(of('use')).toFixed(1)}%`, ...(['over', 'busiest', 'refused', 'failed'] as const).map(most)];
  });
  return [
    `9. Pace of ${processes} processes with ${callsEach} calls each, ${perSecond} per second allowed in any window; ${rounds} rounds`,
    ...table([['', 'median use', 'windows over', 'busiest second', 'refused', 'failed'], ...rows]),
    '   Jittered: a request takes 20 ms and more to be counted, and 50 to 150 ms to be answered. Of counts the most is shown.',
  ];
}

/** How long a transaction takes in the stores that processes can share. */
export async function sharedTransactions({ node, sqlite, redis }: SharedStores): Promise<string[]> {
  const opened = [sqlite, redis].map((store) => (typeof store === 'string' ? '' : store()));
  const flags = ['--disable-warning=ExperimentalWarning'];
  const { message } = await start('transactions-child.js', opened, flags, node);
  const medians = message as Transactions;
  const rows = [
    ['memory', milliseconds(medians.memory)],
    ['SQLite', typeof sqlite === 'string' ? `left out: ${sqlite}` : milliseconds(medians.sqlite ?? Number.NaN)],
    ['Redis', typeof redis === 'string' ? `left out: ${redis}` : milliseconds(medians.redis ?? Number.NaN)],
  ];
  return [
    '10. A transaction that reads and writes one document, one after the other in one process, medians',
    ...table(rows),
  ];
}
