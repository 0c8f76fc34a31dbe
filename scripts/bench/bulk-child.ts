/* Runs a bulk of argv[2] contacts with immediate responses, and reports its peak memory to its parent. */
import { bulkOf } from './bulk.js';

/** Calls between two samples of the memory. */
const sampleEvery = 1_000;
let calls = 0;
/** Peak in bytes: live memory after garbage collection, and resident memory. */
const peak = { live: 0, resident: 0 };

function sample(): void {
  globalThis.gc?.();
  const { heapUsed, external, rss } = process.memoryUsage();
  peak.live = Math.max(peak.live, heapUsed + external);
  peak.resident = Math.max(peak.resident, rss);
}

await bulkOf(Number(process.argv[2]), async () => {
  await new Promise((resolve) => setImmediate(resolve));
  calls += 1;
  if (calls % sampleEvery === 0) sample();
  return { ok: true, result: { ok: true } };
});
process.send?.(peak);
