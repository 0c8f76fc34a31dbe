import { describe, expect, test } from 'vitest';
import { drawPlan } from '../support/inbound-runs/draw.js';
import { problemsOf } from '../support/inbound-runs/judge.js';
import { run } from '../support/inbound-runs/run.js';
import { memoryStore } from '../support/inbound-runs/stores.js';

/** Runs of each kind. `npm run services` makes a thousand, with each store. */
const runs = 25;

describe.each([false, true])('contacts who write through ManyChat, disturbed: %s', (disturbed) => {
  test(`get one answer at most in ${runs} runs, and nothing is lost`, async () => {
    for (let seed = 1; seed <= runs; seed += 1) {
      const observed = await run(drawPlan(seed, disturbed), memoryStore);
      expect(problemsOf(observed, disturbed), `seed ${seed}`).toEqual([]);
    }
  }, 120_000);
});
