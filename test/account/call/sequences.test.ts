import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { directlyTo, pinnedTo, through } from '../../support/program.js';
import { createRandom } from '../../support/random.js';
import { drawSequence } from '../../support/sequences/draw.js';
import { violations } from '../../support/sequences/judge.js';
import { type Lane, startLane } from '../../support/sequences/run.js';

/** Every sequence follows from this number and its own. */
const seed = 20_260_731;
const sequences = 10_000;
/** Sandboxes that are asked at the same time. */
const lanes = 16;

describe('random sequences of calls, faults, cancellations, abandoned calls and repeats', () => {
  let running: Lane[] = [];
  beforeAll(async () => {
    running = await Promise.all(
      Array.from({ length: lanes }, (_, lane) =>
        startLane((sandbox) => {
          // Directly, and through Maton with the connection pinned or looked up.
          if (lane % 4 === 0) return directlyTo(sandbox);
          return lane % 2 === 1 ? pinnedTo(sandbox) : through(sandbox.url, sandbox.matonKey);
        }),
      ),
    );
  });
  afterAll(() => Promise.all(running.map((lane) => lane.close())));

  test(`${sequences} sequences: nothing is done twice, and every answer is true`, { timeout: 1_800_000 }, async () => {
    const seen: Record<string, number> = {};
    async function one(lane: Lane, index: number): Promise<void> {
      const sequence = drawSequence(seed, index);
      const observed = await lane.run(sequence, createRandom(seed + index));
      const wrong = violations(observed);
      if (wrong.length > 0) {
        const told = JSON.stringify(
          { ...sequence, calls: observed.calls.map(({ step: _, ...rest }) => rest) },
          null,
          1,
        );
        throw new Error(`seed ${seed}, sequence ${index}: ${wrong.join('; ')}\n${told}`);
      }
      for (const { outcome } of observed.calls) {
        const word = outcome?.ok === false ? `${outcome.failure.kind} ${outcome.failure.performed}` : 'ok';
        seen[word] = (seen[word] ?? 0) + 1;
      }
    }
    // The same lane for the same sequence, so that one that fails fails again.
    await Promise.all(
      running.map(async (lane, first) => {
        for (let index = first; index < sequences; index += lanes) await one(lane, index);
      }),
    );
    // The lots were not so drawn that nothing was tried.
    for (const word of ['ok', 'network unknown', 'gateway_error unknown', 'cancelled no', 'cancelled unknown'])
      expect(seen[word], word).toBeGreaterThan(100);
  });
});
