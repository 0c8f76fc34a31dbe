import { table } from './figures.js';
import type { MemoryReport, Step } from './memory-child.js';
import { start } from './sides.js';

const megabytes = (bytes: number): string => `${(bytes / 1024 / 1024).toFixed(1)} MB`;
const signed = (number: number, digits: number): string => `${number < 0 ? '' : '+'}${number.toFixed(digits)}`;

function row({ name, before, after, calls }: Step): string[] {
  const perCall = (after.heap - before.heap) / calls;
  return [
    name,
    `${signed(100 * (after.heap / before.heap - 1), 1)}%`,
    // If the heap shrank, these calls left nothing.
    perCall > 0 ? `${signed(perCall, 0)} B` : '',
    `${megabytes(before.heap)} -> ${megabytes(after.heap)}`,
    `${megabytes(before.resident)} -> ${megabytes(after.resident)}`,
  ];
}

/** Memory growth of a process that only makes calls. */
export async function memory(url: string): Promise<string[]> {
  const { message } = await start('memory-child.js', [url], ['--expose-gc']);
  const { steps, failed, seconds } = message as MemoryReport;
  return [
    '4. Memory growth, tools called in process, after a warm-up of 2,000 calls; heap after garbage collection',
    ...table([['', 'heap', 'per call', 'heap before -> after', 'resident before -> after'], ...steps.map(row)]),
    '   A send keeps a small counter of its contact for the hour of its limit; later sends remove it.',
    `   (${failed} calls failed; ${seconds.toFixed(1)} s)`,
  ];
}
