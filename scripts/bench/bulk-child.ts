/* Runs a bulk of as many contacts as it is told, each call answered at once, and tells the most memory it kept. */
import { bulkOf } from './bulk.js';

/** Calls between two looks at the memory. */
const between = 1_000;
let calls = 0;
/** Bytes at most: what lives after garbage collection, and what the process has of the machine. */
const most = { live: 0, resident: 0 };

function look(): void {
  globalThis.gc?.();
  const { heapUsed, external, rss } = process.memoryUsage();
  most.live = Math.max(most.live, heapUsed + external);
  most.resident = Math.max(most.resident, rss);
}

await bulkOf(Number(process.argv[2]), async () => {
  await new Promise((resolve) => setImmediate(resolve));
  calls += 1;
  if (calls % between === 0) look();
  return { ok: true, result: { ok: true } };
});
process.send?.(most);
