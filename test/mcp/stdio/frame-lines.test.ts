import { once } from 'node:events';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FrameLines } from '../../../src/mcp/stdio/frame-lines.js';
import type { ScannedFrame } from '../../../src/mcp/stdio/frame-scan.js';

/** The lines that pass, and those over the limit, when the input arrives in these chunks. */
async function lines(chunks: readonly (string | Buffer)[], limit: number, accepts = (_: Buffer) => true) {
  const tooLong: [number, ScannedFrame['id']][] = [];
  const filter = new FrameLines({ limit, accepts, onTooLong: (bytes, { id }) => void tooLong.push([bytes, id]) });
  const passed: string[] = [];
  filter.on('data', (chunk: Buffer) => passed.push(chunk.toString('utf8')));
  for (const chunk of chunks) if (!filter.write(chunk)) await once(filter, 'drain');
  filter.end();
  await once(filter, 'end');
  return { passed, tooLong };
}

const cut = (bytes: Buffer, places: readonly number[]): Buffer[] => {
  const at = [0, ...places.map((place) => place % (bytes.length + 1)).toSorted((a, b) => a - b), bytes.length];
  return at.slice(1).map((to, index) => bytes.subarray(at[index], to));
};

describe('lines', () => {
  test('pass complete and one per chunk, however the input is cut', async () => {
    const text = fc.stringMatching(/^[^\n]{0,30}$/u);
    await fc.assert(
      fc.asyncProperty(fc.array(text), fc.array(fc.nat()), async (all, places) => {
        const whole = all.map((line) => `${line}\n`);
        const limit = 200;
        expect(await lines(cut(Buffer.from(whole.join('')), places), limit)).toEqual({ passed: whole, tooLong: [] });
      }),
      { numRuns: 300, seed: 20_260_731 },
    );
  });

  test('without a line feed at the end of the input are dropped', async () => {
    expect(await lines(['a\nb'], 10)).toEqual({ passed: ['a\n'], tooLong: [] });
    expect(await lines(['b'.repeat(20)], 10)).toEqual({ passed: [], tooLong: [] });
  });

  test('that are not accepted are dropped', async () => {
    const { passed } = await lines(['a\nb\nc\n'], 10, (line) => line.toString('utf8') !== 'b\n');
    expect(passed).toEqual(['a\n', 'c\n']);
  });

  test.each([[1], [7], [1_000]])(
    'over the limit are dropped and reported with their id, in chunks of %d bytes',
    async (size) => {
      const long = `{"id":7,"x":"${'x'.repeat(100)}"}`;
      const bytes = Buffer.from(`${'a'.repeat(100)}\n${'b'.repeat(101)}\n${long}\nend\n`);
      const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
        bytes.subarray(index * size, (index + 1) * size),
      );
      expect(await lines(chunks, 100)).toEqual({
        passed: [`${'a'.repeat(100)}\n`, 'end\n'],
        tooLong: [
          [101, undefined],
          [long.length, 7],
        ],
      });
    },
  );

  test('that never end take no more memory than the limit', async () => {
    const limit = 1_024 * 1_024;
    const filter = new FrameLines({ limit, accepts: () => true, onTooLong: () => undefined });
    filter.resume();
    const chunk = Buffer.alloc(64 * 1_024, '{"id":1,"x":"');
    const before = process.memoryUsage();
    for (let count = 0; count < 2_000; count += 1) if (!filter.write(chunk)) await once(filter, 'drain');
    const after = process.memoryUsage();
    // The input was 125 MB.
    expect(after.arrayBuffers - before.arrayBuffers).toBeLessThan(8 * limit);
    expect(after.heapUsed - before.heapUsed).toBeLessThan(64 * limit);
  });
});
