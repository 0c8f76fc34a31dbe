/*
 * Makes many calls in this process and reports the memory growth to its parent. Needs --expose-gc and the URL of the
 * server. The clock runs 500 times as fast, so that the pacer works as usual but costs little time.
 */
import type { Clock } from '../../src/upstream/clock.js';
import { createCaller } from '../../test/support/caller.js';
import { through } from '../../test/support/program.js';
import { fastTiming } from './fast-timing.js';
import { timed } from './figures.js';

/** Bytes in use. */
export interface Memory {
  readonly heap: number;
  readonly resident: number;
}

/** Memory before and after some calls. */
export interface Step {
  readonly name: string;
  readonly before: Memory;
  readonly after: Memory;
  readonly calls: number;
}

export interface MemoryReport {
  readonly steps: readonly Step[];
  readonly failed: number;
  readonly seconds: number;
}

const hourMs = 3_600_000;
const inFlight = 16;

const readTools = ['manychat_get_page', 'manychat_list_tags', 'manychat_list_flows', 'manychat_list_custom_fields'];

async function settled(): Promise<Memory> {
  for (let pass = 0; pass < 4; pass += 1) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    globalThis.gc?.();
  }
  return { heap: process.memoryUsage().heapUsed, resident: process.memoryUsage().rss };
}

async function measure(url: string): Promise<MemoryReport> {
  const fast = fastTiming(500);
  let skipped = 0;
  const clock: Clock = { now: () => fast.now() + skipped, after: fast.after };
  const settings = { MATON_CONNECTION_ID: '5b0c2a3e-7d41-4f86-9a1c-0e8d6b54c2f7', MANYCHAT_MCP_DEADLINE_MS: '600000' };
  const caller = createCaller({ ...through(url), ...settings, MANYCHAT_MCP_LOG_LEVEL: 'info' }, { clock });
  let failed = 0;
  const call = async (tool: string, args: Record<string, unknown>): Promise<void> => {
    const { ok } = await caller.call(tool, args);
    if (!ok) failed += 1;
    caller.logged.length = 0;
  };
  const read = (index: number) => call(readTools[index % readTools.length] ?? '', {});
  const sendFrom = (firstId: number) => (index: number) =>
    call('manychat_send_flow', { subscriber_id: String(firstId + index), flow_ns: 'content123456' });

  const steps: Step[] = [];
  const step = async (name: string, calls: number, once: (index: number) => Promise<void>): Promise<void> => {
    const before = await settled();
    await timed(calls, inFlight, once);
    steps.push({ name, before, after: await settled(), calls });
  };
  const started = performance.now();
  await timed(2_000, inFlight, read);
  await step('20,000 reads', 20_000, read);
  // Warms up the code of sends; 90 stay below the hourly limit of one contact.
  await timed(90, inFlight, () => sendFrom(1)(0));
  await step('5,000 sends of a flow, each to another contact', 5_000, sendFrom(1_000_000));
  skipped += hourMs * 1.1;
  await step('1,000 more, an hour later', 1_000, sendFrom(2_000_000));
  await caller.close();
  return { steps, failed, seconds: (performance.now() - started) / 1000 };
}

process.send?.(await measure(process.argv[2] ?? ''));
process.disconnect();
