import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ToolCaller } from '../../src/account/call/call-tool.js';
import { runJob } from '../../src/cli/bulk/account-job/run.js';
import { scanTable } from '../../src/cli/bulk/account-job/scan.js';
import { planJob } from '../../src/cli/bulk/job/job.js';
import { createHistory } from '../../src/cli/bulk/journal/history.js';
import { openJournal } from '../../src/cli/bulk/journal/journal.js';
import { openTable } from '../../src/cli/bulk/table/csv-table.js';
import { startSandbox } from '../../src/sandbox/index.js';
import { createCaller } from '../../test/support/caller.js';
import { followers } from '../../test/support/people.js';
import { pinnedTo } from '../../test/support/program.js';
import { fastTiming } from './fast-timing.js';
import { table } from './figures.js';
import { start } from './sides.js';

const contacts = 5_000;
const perSecond = 10;
const speed = 5;

/** Sends a text to `count` contacts with `call`, from a CSV file and with a journal. */
export async function bulkOf(count: number, call: ToolCaller): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'manychat-mcp-'));
  const path = join(folder, 'contacts.csv');
  const rows = followers(count).map((id, index) => `${id},Name ${index}\n`);
  writeFileSync(path, `id,name\n${rows.join('')}`);
  rows.length = 0;
  const csv = await openTable(path);
  const job = planJob({ sendText: 'Hi {{name}}' }, csv);
  const history = createHistory(job);
  const lock = { isHeld: () => true, release: () => undefined };
  const heading = { page: '1', action: job.action };
  const journal = await openJournal(
    `${path}.journal`,
    heading,
    lock,
    { host: 'bench', boot: 'this' },
    history.addEntry,
  );
  const scan = await scanTable(job, csv, history, { failed: false, unknown: false });
  const { signal: ending } = new AbortController();
  const { how } = await runJob({
    job,
    table: csv,
    failures: history.failures,
    scan,
    journal,
    call,
    inFlight: new Set(),
    ending,
    now: Date.now,
    onOutcome: () => undefined,
    onWarning: () => undefined,
  });
  await journal.close();
  rmSync(folder, { recursive: true });
  if (how !== 'finished' || scan.counts.done !== count) throw new Error(`${scan.counts.done} of ${count} done; ${how}`);
}

/** Pace of many messages from a CSV file through Maton's limit, and memory of the run. */
export async function bulk(): Promise<string[]> {
  const clock = fastTiming(speed);
  const epoch = Date.now() - clock.now();
  const sandbox = await startSandbox({ followers: contacts, clock: { now: () => epoch + clock.now() } });
  const caller = createCaller({ ...pinnedTo(sandbox), MANYCHAT_MCP_LOG_LEVEL: 'silent' }, { clock });
  const from = clock.now();
  await bulkOf(contacts, caller.callTool);
  const seconds = (clock.now() - from) / 1000;
  const refused = sandbox.requests().filter(({ status }) => status === 429).length;
  const twice = sandbox.messages().length - new Set(sandbox.messages().map(({ subscriber_id: id }) => id)).size;
  await caller.close();
  await sandbox.close();
  const memory = async (count: number): Promise<{ live: number; resident: number }> => {
    const { message, child } = await start('bulk-child.js', [String(count)], ['--expose-gc']);
    child.disconnect();
    return message as { live: number; resident: number };
  };
  const [few, many] = [await memory(5_000), await memory(50_000)];
  const megabytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(1)} MB`;
  const ideal = (contacts - 1) / perSecond;
  return [
    `5. Bulk: ${contacts} messages from a CSV file, ${perSecond} per second allowed in any window, clock ${speed} times as fast`,
    ...table([
      [
        'use of the limit (ideal time / actual time)',
        `${((100 * ideal) / seconds).toFixed(1)}%`,
        `${seconds.toFixed(0)} s`,
      ],
      ['requests refused with 429', String(refused)],
      ['messages sent twice', String(twice)],
      ['', '5,000 contacts', '50,000 contacts', 'difference'],
      ['live memory, peak', megabytes(few.live), megabytes(many.live), megabytes(many.live - few.live)],
      [
        'resident memory, peak',
        megabytes(few.resident),
        megabytes(many.resident),
        megabytes(many.resident - few.resident),
      ],
    ]),
  ];
}
