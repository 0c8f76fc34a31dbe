import { existsSync, readdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { describe, expect, test } from 'vitest';
import { takeLock } from '../../../src/cli/bulk/journal/lock.js';
import type { LockOwner } from '../../../src/cli/bulk/journal/lock-holder.js';
import { type Kernel, readKernel } from '../../../src/cli/bulk/journal/machine.js';
import { useFolder } from '../../support/folder.js';
import { finish, manualClock } from '../../support/timing.js';

const write = useFolder();
const newLock = (): string => `${write('x', '')}.lock`;

/** A process on a system whose kernel says nothing, such as macOS. */
const self: LockOwner & Kernel = {
  pid: 10,
  host: 'here',
  runs: (pid) => pid === 10 || pid === 20,
  startOf: () => undefined,
};

/** A process in a container. All containers here have the same host name and pid. */
const contained = (own: Partial<LockOwner & Kernel> = {}): LockOwner & Kernel => ({
  pid: 7,
  host: 'here',
  boot: 'first',
  pidNamespace: '100',
  runs: (pid) => pid === 7,
  startOf: (pid) => (pid === 7 ? '5000' : undefined),
  ...own,
});

/** The lock left by a process that was killed. */
async function leftBehind(owner: LockOwner & Kernel): Promise<string> {
  const path = newLock();
  const clock = manualClock();
  const { signal: ending } = new AbortController();
  // Its clock stands still, so its heartbeat has stopped.
  await takeLock(path, owner, { clock, note: () => undefined, ending });
  return path;
}

/** Takes a lock while the clock is moved on; `notes` are the lines written meanwhile. */
async function take(path: string, owner: LockOwner & Kernel, clock = manualClock()) {
  const notes: string[] = [];
  const { signal: ending } = new AbortController();
  const lock = await finish(clock, takeLock(path, owner, { clock, note: (line) => void notes.push(line), ending }));
  return { lock, notes };
}

describe('a lock', () => {
  test('is held by one process until released', async () => {
    const path = newLock();
    const lock = await takeLock(path, self);
    await expect(takeLock(path, { ...self, pid: 20 })).rejects.toThrow(/process 10 is using this journal/);
    expect(lock.isHeld()).toBe(true);
    lock.release();
    expect(existsSync(path)).toBe(false);
    (await takeLock(path, { ...self, pid: 20 })).release();
  });

  test('is not released by a process that has lost it', async () => {
    const path = newLock();
    const lock = await takeLock(path, self);
    writeFileSync(`${path}.new`, readFileSync(path, 'utf8'));
    renameSync(`${path}.new`, path);
    expect(lock.isHeld()).toBe(false);
    lock.release();
    expect(existsSync(path)).toBe(true);
  });

  test('that is a link is refused', async () => {
    const path = newLock();
    symlinkSync(write('target', 'precious'), path);
    await expect(takeLock(path, self)).rejects.toThrow(/is a link/);
    expect(readFileSync(`${dirname(path)}/target`, 'utf8')).toBe('precious');
  });
});

describe('a lock without kernel facts, such as one of 0.1.0,', () => {
  test('is taken over if its process has ended, but not on another computer', async () => {
    const dead = write('dead.lock', '30 here\n');
    expect((await take(dead, self)).lock).toMatchObject({ uncertain: false });
    await expect(take(write('far.lock', '30 there\n'), self)).rejects.toThrow(
      /process 30 is using this journal; .* or delete/,
    );
    await expect(take(write('old.lock', '7 here\n'), contained())).rejects.toThrow(/process 7 is using/);
    expect((await take(write('older.lock', '8 here\n'), contained())).lock.isHeld()).toBe(true);
    expect((await take(write('empty.lock', ''), self)).lock.isHeld()).toBe(true);
  });

  test('that was left behind is taken by only one of several processes', async () => {
    for (let round = 0; round < 20; round += 1) {
      const path = write(`left-${round}.lock`, '30 here\n');
      const runs = (pid: number): boolean => pid !== 30;
      const tries = await Promise.allSettled([10, 11, 12, 13].map((pid) => takeLock(path, { ...self, pid, runs })));
      expect(tries.filter(({ status }) => status === 'fulfilled').length).toBeLessThanOrEqual(1);
    }
    expect(readdirSync(dirname(newLock())).filter((name) => !/^left-\d+\.lock$|^x$/.test(name))).toEqual([]);
  });

  test('is respected by 0.1.0, which would take over a lock it cannot parse', async () => {
    const path = await leftBehind(contained());
    const [, pid, host] = /^(\d+) (.*)\n$/.exec(readFileSync(path, 'utf8')) ?? [];
    expect([pid, host]).toEqual(['7', expect.not.stringMatching(/^here$/)]);
  });
});

describe('a lock of the same pid namespace', () => {
  test('of a running process is refused at once', async () => {
    const path = await leftBehind(contained());
    await expect(take(path, contained({ pid: 8 }))).rejects.toThrow(/process 7 is using this journal/);
  });

  test.each([
    ['that has ended', { runs: () => false }],
    ['whose pid now belongs to another process', { startOf: () => '6000' }],
  ])('of a process %s is taken over at once', async (_, own) => {
    const { lock, notes } = await take(await leftBehind(contained()), contained({ pid: 8, ...own }));
    expect([lock.isHeld(), lock.uncertain, notes]).toEqual([true, false, []]);
  });

  test('is taken over at once by a restarted container with the same namespace number', async () => {
    const { lock, notes } = await take(await leftBehind(contained()), contained({ startOf: () => '9000' }));
    expect([lock.isHeld(), lock.uncertain, notes]).toEqual([true, false, []]);
  });
});

describe('a lock of another pid namespace with the same host name and pid', () => {
  test('is refused while its process keeps touching it', async () => {
    const path = newLock();
    const clock = manualClock();
    const first = await take(path, contained(), clock);
    await expect(take(path, contained({ pidNamespace: '200', runs: () => false }), clock)).rejects.toThrow(
      /process 7 is using/,
    );
    expect(first.lock.isHeld()).toBe(true);
  });

  test.each([
    ['of a container that has ended', { pidNamespace: '200' }],
    ['from before a restart of the computer', { boot: 'second' }],
    ['of a container with another host name', { pidNamespace: '200', host: 'there' }],
  ])('%s is taken over after a silence, as uncertain', async (_, own) => {
    const { lock, notes } = await take(await leftBehind(contained()), contained(own));
    expect([lock.isHeld(), lock.uncertain]).toEqual([true, true]);
    expect(notes).toEqual([expect.stringMatching(/^Process 7 of another container.*: waiting 12 s/)]);
  });

  test('of another computer is refused', async () => {
    const path = await leftBehind(contained());
    await expect(take(path, contained({ boot: 'second', host: 'there' }))).rejects.toThrow(/or delete/);
  });

  test('is taken by only one of several waiting processes', async () => {
    const path = await leftBehind(contained());
    const clock = manualClock();
    const { signal: ending } = new AbortController();
    const tries = ['200', '300', '400'].map((pidNamespace) =>
      takeLock(path, contained({ pidNamespace }), { clock, note: () => undefined, ending }),
    );
    const settled = await finish(clock, Promise.allSettled(tries));
    expect(settled.filter(({ status }) => status === 'fulfilled').length).toBeLessThanOrEqual(1);
  });

  test('is not awaited after its signal fires', async () => {
    const path = await leftBehind(contained());
    const end = new AbortController();
    const side = { clock: manualClock(), note: () => end.abort(), ending: end.signal };
    await expect(takeLock(path, contained({ pidNamespace: '200' }), side)).rejects.toBe(end.signal.reason);
    expect(existsSync(path)).toBe(true);
  });
});

test.runIf(process.platform === 'linux')('readKernel identifies this boot, namespace and process', () => {
  const kernel = readKernel(process.pid);
  expect(kernel.boot).toMatch(/^[0-9a-f-]{36}$/);
  expect(kernel.pidNamespace).toMatch(/^\d+$/);
  expect(kernel.startOf(process.pid)).toMatch(/^\d+$/);
  expect(kernel.startOf(process.pid)).toBe(readKernel(process.pid).startOf(process.pid));
  // A /proc that belongs to another namespace says nothing about this process.
  expect(readKernel(process.pid + 1).startOf(process.pid)).toBeUndefined();
});
