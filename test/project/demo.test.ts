import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { createPauses } from '../../scripts/pauses.js';
import { pathOf } from '../../scripts/root.js';

afterEach(() => void vi.useRealTimers());

/** Whether a promise has settled once everything that is due now has run. */
async function isOver(pause: Promise<void>): Promise<boolean> {
  let over = false;
  void pause.then(() => {
    over = true;
  });
  await vi.advanceTimersByTimeAsync(0);
  return over;
}

describe('a pause', () => {
  test('lasts for a while', async () => {
    vi.useFakeTimers();
    const pause = createPauses(4_000).aWhile();
    await vi.advanceTimersByTimeAsync(3_999);
    expect(await isOver(pause)).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    expect(await isOver(pause)).toBe(true);
  });

  test('ends with Enter, which ends only one', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const terminal = new PassThrough();
    const pauses = createPauses(4_000, terminal);
    const first = pauses.aWhile();
    terminal.write('\n');
    await first;
    expect(vi.getTimerCount()).toBe(0);
    const second = pauses.untilEnter();
    await vi.advanceTimersByTimeAsync(100_000);
    expect(await isOver(second)).toBe(false);
    terminal.write('\n');
    await second;
  });

  test('does not wait for Enter without a terminal, or after its end', async () => {
    await createPauses(4_000).untilEnter();
    const terminal = new PassThrough();
    const pauses = createPauses(4_000, terminal);
    const first = pauses.untilEnter();
    terminal.end();
    await first;
    await pauses.untilEnter();
  });
});

test('the demo to watch names the address of the page, and ends after the job without a terminal', async () => {
  const demo = spawn(process.execPath, [pathOf('dist/scripts/demo.js'), '--watch', '--seconds', '0'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let printed = '';
  demo.stdout.on('data', (chunk) => (printed += String(chunk)));
  const [code] = await once(demo, 'close');
  expect(printed).toMatch(
    /^Watch it in a browser: http:\/\/127\.0\.0\.1:\d+\/#contact=24958501110451908&tab=requests$/m,
  );
  expect(printed).toContain('Done. Everything went as it should.');
  expect(code).toBe(0);
});
