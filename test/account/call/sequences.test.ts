import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Sandbox } from '../../../src/sandbox/index.js';
import { directlyTo, pinnedTo, through } from '../../support/program.js';
import { createRandom } from '../../support/random.js';
import { drawSequence } from '../../support/sequences/draw.js';
import { violations } from '../../support/sequences/judge.js';
import { type Lane, startLane } from '../../support/sequences/run.js';

/** A sequence follows from this seed and its index. */
const seed = 20_260_731;
const sequences = 10_000;
/** Sandboxes that run sequences at the same time. */
const lanes = 16;
/** How often each outcome must occur at least, which 10,000 sequences of one to five calls exceed by far. */
const minOccurrences = 100;
const timeoutMs = 1_800_000;

/** Uses a sandbox directly, or through Maton with its connection pinned or looked up. */
function environmentOf(lane: number, sandbox: Sandbox): Record<string, string> {
  if (lane % 4 === 0) return directlyTo(sandbox);
  return lane % 2 === 1 ? pinnedTo(sandbox) : through(sandbox.url, sandbox.matonKey);
}

describe(`${sequences} random sequences of calls, faults, cancellations, abandoned calls and repeats`, () => {
  let running: Lane[] = [];
  /** The sequences that broke a rule. */
  const broken: string[] = [];
  const occurrences: Record<string, number> = {};

  async function run(lane: Lane, index: number): Promise<void> {
    const sequence = drawSequence(seed, index);
    const observed = await lane.run(sequence, createRandom(seed + index));
    const wrong = violations(observed);
    if (wrong.length > 0) {
      const calls = observed.calls.map(({ step: _, ...rest }) => rest);
      broken.push(
        `seed ${seed}, sequence ${index}: ${wrong.join('; ')}\n${JSON.stringify({ ...sequence, calls }, null, 1)}`,
      );
    }
    for (const { outcome } of observed.calls) {
      const word = outcome?.ok === false ? `${outcome.failure.kind} ${outcome.failure.performed}` : 'ok';
      occurrences[word] = (occurrences[word] ?? 0) + 1;
    }
  }

  beforeAll(async () => {
    running = await Promise.all(
      Array.from({ length: lanes }, (_, lane) => startLane((sandbox) => environmentOf(lane, sandbox))),
    );
    // A sequence always runs in the same lane, so that a failure can be reproduced.
    await Promise.all(
      running.map(async (lane, first) => {
        for (let index = first; index < sequences; index += lanes) await run(lane, index);
      }),
    );
  }, timeoutMs);
  afterAll(() => Promise.all(running.map((lane) => lane.close())));

  test('perform nothing twice, and every report is true', () => {
    expect(broken.slice(0, 3).join('\n')).toBe('');
  });

  test.each(['ok', 'network unknown', 'gateway_error unknown', 'cancelled no', 'cancelled unknown'])(
    'contain the outcome "%s" often enough',
    (word) => {
      expect(occurrences[word]).toBeGreaterThan(minOccurrences);
    },
  );
});
