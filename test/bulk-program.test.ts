import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { csv } from './support/bulk.js';
import { useFolder } from './support/folder.js';
import { followers } from './support/people.js';
import { directlyTo, program } from './support/program.js';
import { createRandom } from './support/random.js';
import { reached, useSandbox } from './support/sandboxed.js';

const write = useFolder();
const contacts = 220;
const kills = 25;

/** How a run of the program ended. */
interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

const sandbox = useSandbox({ followers: contacts, limits: false });

/** Runs the program; `onBegun` is called just before its first message. */
function run(path: string, onBegun?: (child: ChildProcess) => void, prefix: readonly string[] = []): Promise<Ended> {
  const env = { PATH: process.env.PATH ?? '', ...directlyTo(sandbox) };
  const [command = '', ...args] = [...prefix, process.execPath, program, 'bulk', path, '--send-text', 'Hi', '--json'];
  const child = spawn(command, args, { env });
  let [out, err] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => {
    out += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    err += chunk.toString();
    // It says how many are to be done just before it begins.
    if (err.includes(' to do, ')) onBegun?.(child);
  });
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, out, err })));
}

describe.each([1, 2])('a bulk that is killed again and again, %i', (seed) => {
  test('sends nobody anything twice and loses nobody', async () => {
    const random = createRandom(seed);
    const path = write('contacts.csv', csv(contacts));
    for (let kill = 0; kill < kills; kill += 1) {
      const delayMs = random() * 300;
      await run(path, (child) => void setTimeout(() => child.kill('SIGKILL'), delayMs));
    }
    const killed = reached(sandbox).length;
    const { code, out, err } = await run(path);
    const counts = JSON.parse(out);
    expect(counts.done + counts.failed + counts.unknown + counts.not_reached).toBe(contacts);
    expect(counts).toMatchObject({ total: contacts, failed: 0, not_reached: 0 });
    expect(code, err).toBe(counts.unknown > 0 ? 3 : 0);
    const got = reached(sandbox);
    expect(new Set(got).size).toBe(got.length);
    // Who is done has got it; who is unknown has got it or not, and is named.
    expect(got.length).toBeGreaterThanOrEqual(counts.done);
    const troubles = counts.unknown === 0 ? '' : readFileSync(`${path}.failed.csv`, 'utf8');
    for (const id of followers(contacts)) if (!got.includes(id)) expect(troubles).toContain(`,${id},unknown,`);
    expect(killed).toBeGreaterThan(20);
  }, 120_000);
});

describe('a bulk', () => {
  test('beside another on the same journal is refused, and sends nothing', async () => {
    const path = write('contacts.csv', csv(30));
    let second: Promise<Ended> | undefined;
    const first = await run(path, () => {
      second ??= run(path);
    });
    expect(first.code).toBe(0);
    const { code, err } = (await second) ?? first;
    expect([code, err]).toEqual([
      2,
      expect.stringMatching(/process \d+ works on this journal; wait for it, or delete/),
    ]);
    expect(reached(sandbox).sort()).toEqual(followers(30));
  });

  // A limit on the size of files is the nearest to a full disk that needs no rights.
  test.skipIf(process.platform === 'win32')(
    'on a disk that is full stops, and goes on when there is room',
    async () => {
      const path = write('contacts.csv', csv(60));
      const limited = ['bash', '-c', 'trap "" XFSZ; ulimit -f 2; exec "$@"', 'limited'];
      const first = await run(path, undefined, limited);
      expect([first.code, first.err]).toEqual([
        expect.toBeOneOf([3, 4]),
        expect.stringMatching(/Stopped\. .*contacts\.csv\.journal cannot be written: EFBIG/),
      ]);
      const before = reached(sandbox).length;
      expect(before).toBeGreaterThan(5);
      expect(before).toBeLessThan(60);
      const { total, done, failed, unknown, not_reached } = JSON.parse(first.out);
      expect([total, done + failed + unknown + not_reached]).toEqual([60, 60]);
      const second = JSON.parse((await run(path)).out);
      expect(second).toMatchObject({ total: 60, failed: 0, not_reached: 0 });
      const got = reached(sandbox);
      expect(new Set(got).size).toBe(got.length);
      expect(got.length).toBeGreaterThanOrEqual(second.done);
      expect(second.done + second.unknown).toBe(60);
    },
  );
});
