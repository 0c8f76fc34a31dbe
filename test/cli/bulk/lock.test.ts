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

/** A process where the kernel tells nothing, as on other systems than Linux. */
const self: LockOwner & Kernel = {
  pid: 10,
  host: 'here',
  runs: (pid) => pid === 10 || pid === 20,
  began: () => undefined,
};

/** A process of a container: all have the host's name and the same pid. */
const contained = (own: Partial<LockOwner & Kernel> = {}): LockOwner & Kernel => ({
  pid: 7,
  host: 'here',
  boot: 'first',
  space: '100',
  runs: (pid) => pid === 7,
  began: (pid) => (pid === 7 ? '5000' : undefined),
  ...own,
});

/** What is left of the lock of a process that was killed. */
async function leftBehind(owner: LockOwner & Kernel): Promise<string> {
  const path = newLock();
  const clock = manualClock();
  const { signal: ending } = new AbortController();
  // Its time stands still, so it touches nothing any more.
  await takeLock(path, owner, { clock, note: () => undefined, ending });
  return path;
}

/** Takes a lock in a time that is moved on; `notes` is what is said meanwhile. */
async function take(path: string, owner: LockOwner & Kernel, clock = manualClock()) {
  const notes: string[] = [];
  const { signal: ending } = new AbortController();
  const lock = await finish(clock, takeLock(path, owner, { clock, note: (line) => void notes.push(line), ending }));
  return { lock, notes };
}

describe('a lock', () => {
  test('is had by one, until it is released', async () => {
    const path = newLock();
    const lock = await takeLock(path, self);
    await expect(takeLock(path, { ...self, pid: 20 })).rejects.toThrow(/process 10 works on this journal/);
    expect(lock.held()).toBe(true);
    lock.release();
    expect(existsSync(path)).toBe(false);
    (await takeLock(path, { ...self, pid: 20 })).release();
  });

  test('is not released by who has lost it', async () => {
    const path = newLock();
    const lock = await takeLock(path, self);
    writeFileSync(`${path}.new`, readFileSync(path, 'utf8'));
    renameSync(`${path}.new`, path);
    expect(lock.held()).toBe(false);
    lock.release();
    expect(existsSync(path)).toBe(true);
  });

  test('that is no file of its own is refused', async () => {
    const path = newLock();
    symlinkSync(write('target', 'precious'), path);
    await expect(takeLock(path, self)).rejects.toThrow(/is a link/);
    expect(readFileSync(`${dirname(path)}/target`, 'utf8')).toBe('precious');
  });
});

describe('a lock without the facts of a kernel, such as one of 0.1.0,', () => {
  test('of a process that has ended is taken over, of another computer it is not', async () => {
    const dead = write('dead.lock', '30 here\n');
    expect((await take(dead, self)).lock).toMatchObject({ doubtful: false });
    await expect(take(write('far.lock', '30 there\n'), self)).rejects.toThrow(
      /process 30 works on this journal; .* or delete/,
    );
    await expect(take(write('old.lock', '7 here\n'), contained())).rejects.toThrow(/process 7 works/);
    expect((await take(write('older.lock', '8 here\n'), contained())).lock.held()).toBe(true);
    expect((await take(write('empty.lock', ''), self)).lock.held()).toBe(true);
  });

  test('that was left behind is had by one of several that find it', async () => {
    for (let round = 0; round < 20; round += 1) {
      const path = write(`left-${round}.lock`, '30 here\n');
      const runs = (pid: number): boolean => pid !== 30;
      const tries = await Promise.allSettled([10, 11, 12, 13].map((pid) => takeLock(path, { ...self, pid, runs })));
      expect(tries.filter(({ status }) => status === 'fulfilled').length).toBeLessThanOrEqual(1);
    }
    expect(readdirSync(dirname(newLock())).filter((name) => !/^left-\d+\.lock$|^x$/.test(name))).toEqual([]);
  });

  test('keeps 0.1.0 off, which takes what it cannot read for a dead one', async () => {
    const path = await leftBehind(contained());
    const [, pid, host] = /^(\d+) (.*)\n$/.exec(readFileSync(path, 'utf8')) ?? [];
    expect([pid, host]).toEqual(['7', expect.not.stringMatching(/^here$/)]);
  });
});

describe('a lock of the same pid namespace', () => {
  test('of a live process is refused at once', async () => {
    const path = await leftBehind(contained());
    await expect(take(path, contained({ pid: 8 }))).rejects.toThrow(/process 7 works on this journal/);
  });

  test.each([
    ['that has ended', { runs: () => false }],
    ['whose pid another process has by now', { began: () => '6000' }],
  ])('of a process %s is taken over at once', async (_, own) => {
    const { lock, notes } = await take(await leftBehind(contained()), contained({ pid: 8, ...own }));
    expect([lock.held(), lock.doubtful, notes]).toEqual([true, false, []]);
  });

  test('is taken over at once by a container that was started anew: its namespace has the old number', async () => {
    const { lock, notes } = await take(await leftBehind(contained()), contained({ began: () => '9000' }));
    expect([lock.held(), lock.doubtful, notes]).toEqual([true, false, []]);
  });
});

describe('a lock of another pid namespace, of one host name and pid,', () => {
  test('is refused while its process touches it', async () => {
    const path = newLock();
    const clock = manualClock();
    const first = await take(path, contained(), clock);
    await expect(take(path, contained({ space: '200', runs: () => false }), clock)).rejects.toThrow(/process 7 works/);
    expect(first.lock.held()).toBe(true);
  });

  test.each([
    ['of a container that has ended', { space: '200' }],
    ['from before a restart of the computer', { boot: 'second' }],
    ['of a container of another name', { space: '200', host: 'there' }],
  ])('%s is taken over after a while, in doubt', async (_, own) => {
    const { lock, notes } = await take(await leftBehind(contained()), contained(own));
    expect([lock.held(), lock.doubtful]).toEqual([true, true]);
    expect(notes).toEqual([expect.stringMatching(/^Process 7 of another container.*: waiting 12 s/)]);
  });

  test('of another computer is refused', async () => {
    const path = await leftBehind(contained());
    await expect(take(path, contained({ boot: 'second', host: 'there' }))).rejects.toThrow(/or delete/);
  });

  test('is had by one of several that wait for it', async () => {
    const path = await leftBehind(contained());
    const clock = manualClock();
    const { signal: ending } = new AbortController();
    const tries = ['200', '300', '400'].map((space) =>
      takeLock(path, contained({ space }), { clock, note: () => undefined, ending }),
    );
    const settled = await finish(clock, Promise.allSettled(tries));
    expect(settled.filter(({ status }) => status === 'fulfilled').length).toBeLessThanOrEqual(1);
  });

  test('is not waited for when it is not wanted any more', async () => {
    const path = await leftBehind(contained());
    const end = new AbortController();
    const side = { clock: manualClock(), note: () => end.abort(), ending: end.signal };
    await expect(takeLock(path, contained({ space: '200' }), side)).rejects.toBe(end.signal.reason);
    expect(existsSync(path)).toBe(true);
  });
});

test.runIf(process.platform === 'linux')('the kernel names this start, this namespace and this process', () => {
  const kernel = readKernel(process.pid);
  expect(kernel.boot).toMatch(/^[0-9a-f-]{36}$/);
  expect(kernel.space).toMatch(/^\d+$/);
  expect(kernel.began(process.pid)).toMatch(/^\d+$/);
  expect(kernel.began(process.pid)).toBe(readKernel(process.pid).began(process.pid));
  // In a /proc that names other processes nothing is to be learned of this one.
  expect(readKernel(process.pid + 1).began(process.pid)).toBeUndefined();
});
