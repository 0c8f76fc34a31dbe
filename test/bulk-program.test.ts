import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { readLine, type State } from '../src/bulk/entry.js';
import { csv } from './support/bulk.js';
import { useFolder } from './support/folder.js';
import { followers } from './support/people.js';
import { directlyTo, program } from './support/program.js';
import { createRandom } from './support/random.js';
import { reached, useSandbox } from './support/sandboxed.js';

const write = useFolder();
const contacts = 400;
const kills = 40;

/** How a run of the program ended. */
interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

const sandbox = useSandbox({ followers: contacts, limits: false });

/** Runs the program; `onBegun` is called just before its first message. */
function run(
  path: string,
  onBegun?: (child: ChildProcess) => void,
  prefix: readonly string[] = [],
  onStarted?: (child: ChildProcess) => void,
): Promise<Ended> {
  const env = { PATH: process.env.PATH ?? '', ...directlyTo(sandbox) };
  const [command = '', ...args] = [...prefix, process.execPath, program, 'bulk', path, '--send-text', 'Hi', '--json'];
  const child = spawn(command, args, { env });
  onStarted?.(child);
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

function journalOf(path: string): string {
  try {
    return readFileSync(`${path}.journal`, 'utf8');
  } catch {
    return '';
  }
}

const linesIn = (text: string): number => text.split('\n').length - 1;

/** The last state of each contact in a journal. */
function lastStates(path: string): Map<string, State> {
  const last = new Map<string, State>();
  for (const text of journalOf(path).split('\n').slice(1)) {
    const line = readLine(text);
    if (line !== undefined && 'entry' in line) last.set(line.entry.id, line.entry.state);
  }
  return last;
}

/** What has happened so often in a run when it is killed: the sandbox was asked, or the journal got a line. */
const events = {
  request: () => sandbox.requests().length,
  line: (path: string) => linesIn(journalOf(path)),
} as const;

/** Runs the program and kills it at the nth of an event. */
function runKilledAt(path: string, event: keyof typeof events, nth: number): Promise<Ended> {
  const from = events[event](path);
  return run(path, undefined, [], (child) => {
    const look = (): void => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      if (events[event](path) - from >= nth) child.kill('SIGKILL');
      else setImmediate(look);
    };
    look();
  });
}

describe.each([1, 2])('a bulk that is killed again and again, %i', (seed) => {
  test('sends nobody anything twice, loses nobody, and hardly takes anybody for unknown', async () => {
    const random = createRandom(seed);
    const path = write('contacts.csv', csv(contacts));
    /** Of whom each kill has left open whether they were sent to. */
    const opened: string[][] = [];
    const open = new Set<string>();
    for (let kill = 0; kill < kills; kill += 1) {
      await (random() < 0.5
        ? runKilledAt(path, 'request', 1 + Math.floor(random() * 14))
        : runKilledAt(path, 'line', 1 + Math.floor(random() * 35)));
      const fresh = [...lastStates(path)].filter(([id, state]) => state === 'left' && !open.has(id)).map(([id]) => id);
      for (const id of fresh) open.add(id);
      opened.push(fresh);
    }
    const killed = reached(sandbox).length;
    expect(killed).toBeGreaterThan(50);
    expect(killed).toBeLessThan(contacts);

    const { code, out, err } = await run(path);
    const counts = JSON.parse(out);
    expect(counts).toMatchObject({ total: contacts, failed: 0, not_reached: 0, unknown: open.size });
    expect(counts.done + counts.unknown).toBe(contacts);
    expect(code, err).toBe(open.size > 0 ? 3 : 0);
    const got = reached(sandbox);
    expect(new Set(got).size).toBe(got.length);
    expect(got.length).toBeGreaterThanOrEqual(counts.done);
    // Who is unknown is named, and has got it in nearly all cases.
    const troubles = open.size === 0 ? '' : readFileSync(`${path}.failed.csv`, 'utf8');
    for (const id of open) expect(troubles).toContain(`"${id}","unknown",`);
    const inVain = opened.map((ids) => ids.filter((id) => !got.includes(id)).length);
    expect(Math.max(...inVain)).toBeLessThanOrEqual(1);
    expect(inVain.reduce((sum, each) => sum + each, 0)).toBeLessThanOrEqual(3);
    for (const id of followers(contacts)) if (!got.includes(id)) expect(open).toContain(id);
  }, 300_000);
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
      // Several are under way when the journal breaks.
      sandbox.order({ match: { path: 'sendContent' }, times: 999, delay_ms: 300 });
      const first = await run(path, undefined, limited);
      expect([first.code, first.err]).toEqual([
        4,
        expect.stringMatching(/Stopped\. .*contacts\.csv\.journal cannot be written: EFBIG/),
      ]);
      const before = reached(sandbox);
      const told = JSON.parse(first.out);
      // What had left was waited for and written down; what had not left did not leave.
      expect(told).toMatchObject({ total: 60, failed: 0, unknown: 0, not_reached: 60 - before.length });
      expect(told.done).toBe(before.length);
      expect(before.length).toBeGreaterThan(5);
      expect(before.length).toBeLessThan(60);
      sandbox.clearFaults();
      const second = await run(path);
      expect(second.err).toContain(`: ${told.not_reached} of 60 contacts to do`);
      expect(JSON.parse(second.out)).toMatchObject({ total: 60, done: 60, unknown: 0 });
      expect(reached(sandbox).toSorted()).toEqual(followers(60));
    },
  );
});
