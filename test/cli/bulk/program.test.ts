import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { closeSync, constants, openSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { readLine, type State } from '../../../src/cli/bulk/journal/entry.js';
import { csv } from '../../support/bulk.js';
import { useFolder } from '../../support/folder.js';
import { held, holdingClock } from '../../support/held-responses.js';
import { followers } from '../../support/people.js';
import { pinnedTo, program } from '../../support/program.js';
import { createRandom } from '../../support/random.js';
import { reached, useSandbox } from '../../support/sandboxed.js';

const write = useFolder();
const contacts = 400;
const kills = 40;

/** How a run of the program ended. */
interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

const { clock, release } = holdingClock();
const sandbox = useSandbox({ followers: contacts, limits: false, clock });

/** How the program is started and watched. */
interface RunOptions {
  /** Its arguments; by default it sends a text. */
  readonly args?: readonly string[];
  /** A command that starts it, with the command's own arguments. */
  readonly prefix?: readonly string[];
  /** The content of stdin. */
  readonly input?: string;
  readonly onStarted?: (child: ChildProcess) => void;
  /** Called just before its first message. */
  readonly onBegun?: (child: ChildProcess) => void;
  /** Called with all of stderr so far, at each piece. */
  readonly onSaid?: (said: string, child: ChildProcess) => void;
}

/** Runs the program on a table. */
function run(path: string, options: RunOptions = {}): Promise<Ended> {
  const { args: own = ['--send-text', 'Hi', '--json'], prefix = [], input, onStarted, onBegun, onSaid } = options;
  const env = { PATH: process.env.PATH ?? '', ...pinnedTo(sandbox) };
  const [command = '', ...args] = [...prefix, process.execPath, program, 'bulk', path, ...own];
  const child = spawn(command, args, { env });
  onStarted?.(child);
  let [out, err] = ['', ''];
  let begun = false;
  child.stdin.end(input);
  child.stdout.on('data', (chunk: Buffer) => {
    out += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    err += chunk.toString();
    onSaid?.(err, child);
    // The number of contacts is printed just before the first request.
    if (!begun && err.includes(' to do, ')) {
      begun = true;
      onBegun?.(child);
    }
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

/** Counts the lines of a journal; cached by file size, because it is polled. */
function lineCounter(): (path: string) => number {
  let [size, lines] = [0, 0];
  return (path) => {
    const now = statSync(`${path}.journal`, { throwIfNoEntry: false })?.size ?? 0;
    if (now !== size) [size, lines] = [now, journalOf(path).split('\n').length - 1];
    return lines;
  };
}

/** The last state of each contact in a journal. */
function lastStates(path: string): Map<string, State> {
  const last = new Map<string, State>();
  for (const text of journalOf(path).split('\n').slice(1)) {
    const line = readLine(text);
    if (line !== undefined && 'entry' in line) last.set(line.entry.id, line.entry.state);
  }
  return last;
}

/** Events to kill a run at: requests to the sandbox, and lines of the journal. */
const events = {
  request: () => sandbox.requests().length,
  line: lineCounter(),
} as const;

/** Runs the program and kills it at the nth of an event. */
function runKilledAt(path: string, event: keyof typeof events, nth: number): Promise<Ended> {
  const from = events[event](path);
  const onStarted = (child: ChildProcess): void => {
    const look = (): void => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      if (events[event](path) - from >= nth) child.kill('SIGKILL');
      else setImmediate(look);
    };
    look();
  };
  return run(path, { onStarted });
}

describe.each([1, 2])('a bulk that is killed again and again, %i', (seed) => {
  test('sends nothing twice, loses no contact, and rarely makes one unknown', async () => {
    const random = createRandom(seed);
    const path = write('contacts.csv', csv(contacts));
    /** The contacts that each kill left in doubt. */
    const opened: string[][] = [];
    const open = new Set<string>();
    for (let kill = 0; kill < kills; kill += 1) {
      await (random() < 0.5
        ? runKilledAt(path, 'request', 1 + Math.floor(random() * 12))
        : runKilledAt(path, 'line', 1 + Math.floor(random() * 24)));
      const fresh = [...lastStates(path)].filter(([id, state]) => state === 'left' && !open.has(id)).map(([id]) => id);
      for (const id of fresh) open.add(id);
      opened.push(fresh);
    }
    const killed = reached(sandbox).length;
    expect(killed).toBeGreaterThan(50);

    const { code, out, err } = await run(path);
    const counts = JSON.parse(out);
    expect(counts).toMatchObject({ total: contacts, failed: 0, not_reached: 0, unknown: open.size });
    expect(counts.done + counts.unknown).toBe(contacts);
    expect(code, err).toBe(open.size > 0 ? 3 : 0);
    const got = reached(sandbox);
    expect(new Set(got).size).toBe(got.length);
    expect(got.length).toBeGreaterThanOrEqual(counts.done);
    // Unknown contacts are listed, and nearly all of them did get the message.
    const failedRows = open.size === 0 ? '' : readFileSync(`${path}.failed.csv`, 'utf8');
    for (const id of open) expect(failedRows).toContain(`"${id}","unknown",`);
    // The request is written right after its mark, so a kill separates at most one such pair, and rarely does.
    const notSent = opened.map((ids) => ids.filter((id) => !got.includes(id)).length);
    expect(Math.max(...notSent)).toBeLessThanOrEqual(1);
    expect(notSent.reduce((sum, each) => sum + each)).toBeLessThanOrEqual(3);
    for (const id of followers(contacts)) if (!got.includes(id)) expect(open).toContain(id);
  }, 300_000);
});

describe('a bulk', () => {
  test('is refused and sends nothing while another uses the same journal', async () => {
    const path = write('contacts.csv', csv(30));
    sandbox.injectFault(held('sendContent'));
    const first = run(path);
    await sandbox.waitForRequests(1, 'sendContent');
    const { code, err } = await run(path);
    release();
    expect((await first).code).toBe(0);
    expect([code, err]).toEqual([
      2,
      expect.stringMatching(/process \d+ is using this journal; wait for it, or delete/),
    ]);
    expect(reached(sandbox).sort()).toEqual(followers(30));
  });

  // A limit on file size is the closest to a full disk that needs no privileges.
  test.skipIf(process.platform === 'win32')('stops on a full disk, and continues when there is room', async () => {
    const path = write('contacts.csv', csv(60));
    const prefix = ['bash', '-c', 'trap "" XFSZ; ulimit -f 2; exec "$@"', 'limited'];
    // Several requests are in flight when the journal fails.
    sandbox.injectFault({ match: { path: 'sendContent' }, times: 999, delay_ms: 300 });
    const first = await run(path, { prefix });
    expect([first.code, first.err]).toEqual([
      4,
      expect.stringMatching(/Stopped\. .*contacts\.csv\.journal cannot be written: EFBIG/),
    ]);
    const before = reached(sandbox);
    const counts = JSON.parse(first.out);
    // Responses to requests in flight were awaited and recorded; nothing else left.
    expect(counts).toMatchObject({ total: 60, failed: 0, unknown: 0, not_reached: 60 - before.length });
    expect(counts.done).toBe(before.length);
    expect(before.length).toBeGreaterThan(5);
    expect(before.length).toBeLessThan(60);
    sandbox.clearFaults();
    const second = await run(path);
    expect(second.err).toContain(`: ${counts.not_reached} of 60 contacts to do`);
    expect(JSON.parse(second.out)).toMatchObject({ total: 60, done: 60, unknown: 0 });
    expect(reached(sandbox).toSorted()).toEqual(followers(60));
  });

  test.each([
    ['SIGINT', 'SIGINT'],
    ['SIGTERM', 'SIGINT'],
  ] as const)('ends at once at %s and %s: only contacts in flight become unknown', async (first, second) => {
    const path = write('contacts.csv', csv(60));
    sandbox.injectFault({ match: { path: 'sendContent' }, times: 999, hang: true, perform: true });
    const asked = new Set<string>();
    const once = (what: string, child: ChildProcess, signal: NodeJS.Signals): void => {
      if (!asked.has(what)) child.kill(signal);
      asked.add(what);
    };
    const onBegun = (child: ChildProcess): void => {
      void vi
        .waitFor(() => expect(reached(sandbox).length).toBeGreaterThan(4), { timeout: 15_000 })
        .then(() => once('first', child, first));
    };
    const onSaid = (said: string, child: ChildProcess): void => {
      if (said.includes('stopping, ')) once('second', child, second);
    };
    const { code, err } = await run(path, { onBegun, onSaid });
    expect([code, err]).toEqual([3, expect.stringMatching(/\nEnded at once\. \d+ in flight without a response/)]);
    const left = Number(/Ended at once\. (\d+)/.exec(err)?.[1]);
    await vi.waitFor(() => expect(reached(sandbox)).toHaveLength(left));
    sandbox.clearFaults();
    const next = await run(path);
    expect(JSON.parse(next.out)).toMatchObject({ done: 60 - left, unknown: left, not_reached: 0 });
    expect(reached(sandbox).toSorted()).toEqual(followers(60));
  });

  test.skipIf(process.platform === 'win32')('reads a table from stdin in several pieces', async () => {
    const folder = dirname(write('x', ''));
    const journal = `${folder}/journal`;
    const args = ['--send-text', 'Hi', '--json', '--journal', journal];
    const input = `${csv(3)}${`42,${'x'.repeat(1_000)}\n`.repeat(300)}`;
    // spawn() gives a socket as stdin; the shell turns it into a pipe.
    const prefix = ['bash', '-c', 'cat | "$@"', 'piped'];
    const { code, out, err } = await run('/dev/stdin', { args, input, prefix });
    expect([code, err]).toEqual([1, expect.stringContaining('4 of 4 contacts to do')]);
    expect(JSON.parse(out)).toMatchObject({ total: 4, done: 3, failed: 1, repeated: 299 });
    expect(readdirSync(folder).toSorted()).toEqual(['journal', 'journal.failed.csv', 'journal.report.html', 'x']);
  });

  test.skipIf(process.platform === 'win32')('ends at the first SIGTERM while it waits for a pipe', async () => {
    const path = `${dirname(write('x', ''))}/pipe`;
    execFileSync('mkfifo', [path]);
    let writer: number | undefined;
    const onStarted = (child: ChildProcess): void => {
      // This only succeeds once the program reads the pipe.
      const open = (): number => openSync(path, constants.O_WRONLY | constants.O_NONBLOCK);
      void vi.waitFor(open, { timeout: 15_000 }).then((file) => {
        writer = file;
        child.kill('SIGTERM');
      });
    };
    const { code, err } = await run(path, { onStarted });
    if (writer !== undefined) closeSync(writer);
    expect([code, err]).toEqual([4, 'Stopped before anything was begun.\n']);
  });
});

/** A command that starts a process in a pid namespace of its own; undefined if that is not allowed. */
const apart = [
  ['unshare', '--pid', '--fork', '--kill-child', '--mount-proc'],
  ['unshare', '--user', '--map-root-user', '--pid', '--fork', '--kill-child', '--mount-proc'],
].find(([command = '', ...args]) => spawnSync(command, [...args, 'true']).status === 0);

test.runIf(apart !== undefined)(
  'a bulk in another container is refused while the first is alive, and continues after it was killed',
  async () => {
    const prefix = apart ?? [];
    const path = write('contacts.csv', csv(60));
    sandbox.injectFault({ match: { path: 'sendContent' }, times: 999, hang: true, perform: true });
    let second: Promise<Ended> | undefined;
    const onBegun = (child: ChildProcess): void => {
      second = run(path, { prefix });
      void second.then(() => child.kill('SIGKILL'));
    };
    await run(path, { prefix, onBegun });
    const ended = await second;
    expect([ended?.code, ended?.err]).toEqual([2, expect.stringMatching(/process \d+ is using this journal/)]);
    const left = reached(sandbox);
    expect(left.length).toBeGreaterThan(0);
    sandbox.clearFaults();
    const third = await run(path, { prefix });
    expect(third.err).toMatch(/^Process \d+ of another container.* waiting 12 s for a sign of life\.\n/);
    const { total, done, unknown } = JSON.parse(third.out);
    expect([total, done + unknown]).toEqual([60, 60]);
    const got = reached(sandbox);
    expect(new Set(got).size).toBe(got.length);
    expect(unknown).toBeGreaterThanOrEqual(left.length);
  },
  60_000,
);
