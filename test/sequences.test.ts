import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Outcome } from '../src/calls.js';
import { createSendGuard } from '../src/memory-send-guard.js';
import { type Fault, type FaultEffect, type Sandbox, startSandbox } from '../src/sandbox/index.js';
import { fastTiming } from './bench/fast-timing.js';
import { type Caller, createCaller } from './support/caller.js';
import { directlyTo, through } from './support/program.js';
import { createRandom } from './support/random.js';

/** Every sequence follows from this number and its own; only the order of arrival differs from run to run. */
const seed = 20_260_731;
const sequences = 10_000;
/** Sandboxes that are asked at the same time, each by a caller of its own. */
const lanes = 16;

/** The longest deadline there is, over after a tenth of a second. */
const deadlineMs = 600_000;
const timing = fastTiming(6_000);

/** Draws by lot. */
class Lot {
  constructor(readonly random: () => number) {}
  /** A whole number from `least` to `most`. */
  number = (least: number, most: number): number => least + Math.floor(this.random() * (most - least + 1));
  chance = (share: number): boolean => this.random() < share;
  of<Item>(items: readonly [Item, ...Item[]]): Item {
    return items[Math.floor(this.random() * items.length)] ?? items[0];
  }
}

/** One tool call of a sequence. */
interface Step {
  readonly tool: string;
  readonly args: Readonly<Record<string, unknown>>;
  readonly path: string;
  /** What its deed is known by; absent where doing it twice does nothing twice. */
  readonly deed?: string;
  /** Whether the call before is still under way when this one is made. */
  readonly together: boolean;
  /** When the client cancels it: beforehand, or after so many milliseconds. */
  readonly cancel?: 'before' | number;
}

interface Sequence {
  readonly steps: readonly Step[];
  readonly faults: readonly Fault[];
}

/** Messenger contacts; the last two are refused, for the closed window and for having opted out. */
const subscribers = [
  '123456789',
  '24958501110451908',
  '1523908746',
  '24958501110490001',
  '24958501110460017',
  '24958501110480011',
] as const;
const userRefs = ['123456', '-1543835812530302162', '7205759403792793601'] as const;
const flows = ['content123456', 'content123', 'content456', 'content20240611120000_714450'] as const;

type Deed = Pick<Step, 'tool' | 'args' | 'path' | 'deed'>;

function drawDeed(lot: Lot, unique: string): Deed {
  const subscriber_id = lot.of(subscribers);
  const data = { version: 'v2', content: { messages: [{ type: 'text', text: unique }] } };
  const kinds: readonly [[number, () => Deed], ...[number, () => Deed][]] = [
    [40, () => ({ tool: 'send_content', args: { subscriber_id, data }, path: '/sendContent', deed: unique })],
    [
      15,
      () => {
        const args = { user_ref: lot.of(userRefs), data };
        return { tool: 'send_content_by_user_ref', args, path: '/sendContentByUserRef', deed: unique };
      },
    ],
    [
      15,
      () => {
        const flow_ns = lot.of(flows);
        const deed = `${subscriber_id} ${flow_ns}`;
        return { tool: 'send_flow', args: { subscriber_id, flow_ns }, path: '/sendFlow', deed };
      },
    ],
    [8, () => ({ tool: 'create_tag', args: { name: unique }, path: '/createTag', deed: unique })],
    [6, () => ({ tool: 'get_subscriber', args: { subscriber_id }, path: '/subscriber/getInfo' })],
    [6, () => ({ tool: 'add_tag_to_subscriber', args: { subscriber_id, tag_id: 2 }, path: '/addTag' })],
    [6, () => ({ tool: 'remove_tag_from_subscriber', args: { subscriber_id, tag_id: 1 }, path: '/removeTag' })],
    [4, () => ({ tool: 'delete_tag', args: { tag_id: lot.number(1, 4) }, path: '/page/removeTag' })],
  ];
  let left = lot.number(1, 100);
  const drawn = kinds.find(([share]) => {
    left -= share;
    return left <= 0;
  });
  return (drawn ?? kinds[0])[1]();
}

const page = (status: number): FaultEffect => ({ status, body: '<h1>Oops</h1>', content_type: 'text/html' });
const exception: FaultEffect = { status: 500, body: { status: 'exception', message: 'Something went wrong' } };

function drawFault(lot: Lot, steps: readonly Step[]): Fault {
  const places = steps.map(({ path }) => path);
  const target = lot.chance(0.1) ? '' : lot.chance(0.1) ? '/connections' : lot.of(['', ...places]);
  const timing = { match: { path: target }, after: lot.number(0, 1), times: lot.number(1, 3) };
  const perform = lot.chance(0.5);
  if (lot.chance(0.02)) return { ...timing, times: 1, hang: true, perform };
  if (lot.chance(0.2)) {
    // It says that nothing was carried out, so it is never said of what was.
    const told = lot.chance(0.5) ? { 'retry-after': String(lot.number(0, 3)) } : {};
    return { ...timing, status: 429, headers: told, body: { message: 'Slow down' } };
  }
  const effect = lot.of<FaultEffect>([
    exception,
    page(500),
    page(502),
    { status: 502, body: '' },
    { html: true },
    { reset: 'before_headers' },
    { reset: 'in_body' },
    { truncate: true },
    { close_connection: true },
    { delay_ms: lot.number(1, 40) },
  ]);
  return { ...timing, perform, ...effect };
}

function drawSequence(index: number): Sequence {
  const lot = new Lot(createRandom(seed + index * 7919));
  const steps = Array.from({ length: lot.number(1, 5) }, (_, place): Step => {
    const cancel = lot.chance(0.15) ? (lot.chance(0.2) ? 'before' : lot.random() * 12) : undefined;
    const deed = drawDeed(lot, `text ${index}.${place}`);
    return { ...deed, together: lot.chance(0.5), ...(cancel !== undefined && { cancel }) };
  });
  return { steps, faults: Array.from({ length: lot.number(0, 3) }, () => drawFault(lot, steps)) };
}

/** A call with its answer; none where its promise was rejected. */
interface Answered {
  readonly step: Step;
  readonly outcome: Outcome | undefined;
}

async function callStep(caller: Caller, { tool, args, cancel }: Step): Promise<Outcome> {
  const client = new AbortController();
  if (cancel === 'before') client.abort();
  const timer = typeof cancel === 'number' ? setTimeout(() => client.abort(), cancel) : undefined;
  return caller.call(`manychat_${tool}`, args, { signal: client.signal }).finally(() => clearTimeout(timer));
}

async function run(caller: Caller, sandbox: Sandbox, { steps, faults }: Sequence): Promise<Answered[]> {
  sandbox.reset();
  caller.logged.length = 0;
  for (const fault of faults) sandbox.order(fault);
  const answers: Promise<Answered>[] = [];
  for (const step of steps) {
    if (!step.together) await Promise.all(answers);
    const answer = callStep(caller, step).catch(() => undefined);
    answers.push(answer.then((outcome) => ({ step, outcome })));
  }
  const answered = await Promise.all(answers);
  // What a client that has given up sent before may still be on its way to the sandbox.
  for (let turn = 0; turn < 4; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  return answered;
}

/** What the sandbox has carried out of that which must not happen twice, by what it is known by. */
function deedsOf(sandbox: Sandbox): string[] {
  const sent = sandbox.messages().map(({ flow_ns: flow, subscriber_id: subscriber, messages: [message] }) => {
    if (flow !== undefined) return `${subscriber} ${flow}`;
    return (message as { text: string }).text;
  });
  const created = sandbox.requests().filter(({ path, performed }) => performed && path.endsWith('/createTag'));
  return [...sent, ...created.map(({ body }) => (body as { name: string }).name)];
}

/** How often each deed was called for, said to be done or not known to be, and done. */
function tallied(answered: readonly Answered[], deeds: readonly string[]) {
  const all = [...new Set([...answered.flatMap(({ step }) => step.deed ?? []), ...deeds])];
  return all.map((deed) => {
    // A text or a name belongs to one call; a flow may have been sent to the same contact by several.
    const outcomes = answered.filter(({ step }) => step.deed === deed).map(({ outcome }) => outcome);
    return {
      deed,
      calls: outcomes.length,
      succeeded: outcomes.filter((outcome) => outcome?.ok === true && outcome.result.warnings === undefined).length,
      unknown: outcomes.filter((outcome) => outcome?.ok === false && outcome.failure.performed === 'unknown').length,
      done: deeds.filter((each) => each === deed).length,
    };
  });
}

/**
 * What must hold of every sequence; says in words what does not. `late`: how often a deed of the sequence before, whose
 * outcome is unknown, may still arrive.
 */
function violations(
  answered: readonly Answered[],
  deeds: readonly string[],
  logged: readonly string[],
  late: ReadonlyMap<string, number>,
): string[] {
  const wrong: string[] = [];
  for (const { deed, calls, succeeded, unknown, done } of tallied(answered, deeds)) {
    const more = late.get(deed) ?? 0;
    if (done > calls + more) wrong.push(`"${deed}" was done ${done} times for ${calls} call(s)`);
    if (done < succeeded) wrong.push(`"${deed}" was done ${done} times and said to be done ${succeeded} times`);
    if (done > succeeded + unknown + more) wrong.push(`"${deed}" was done and said not to be`);
  }
  for (const { step, outcome } of answered) {
    if (outcome === undefined) wrong.push(`${step.tool} threw`);
    else if (!outcome.ok && outcome.failure.kind === 'internal') wrong.push(`${step.tool}: ${outcome.failure.message}`);
    if (step.cancel !== 'before') continue;
    if (outcome?.ok !== false || outcome.failure.kind !== 'cancelled' || outcome.failure.performed !== 'no')
      wrong.push(`${step.tool} was cancelled beforehand and made all the same`);
  }
  if (logged.length !== answered.length) wrong.push(`${answered.length} calls, ${logged.length} log lines`);
  return wrong;
}

describe('random sequences of calls, faults and cancellations', () => {
  const sandboxes: Sandbox[] = [];
  const callers: Caller[] = [];
  beforeAll(async () => {
    for (let lane = 0; lane < lanes; lane += 1) {
      const sandbox = await startSandbox({ limits: false });
      // Through Maton with the connection pinned or looked up, and directly.
      const access: Record<string, string> =
        lane % 4 === 0 ? directlyTo(sandbox) : through(sandbox.url, sandbox.matonKey);
      const pinned: Record<string, string> = lane % 2 === 1 ? { MATON_CONNECTION_ID: sandbox.connectionId } : {};
      const environment = { ...access, ...pinned, MANYCHAT_MCP_DEADLINE_MS: String(deadlineMs) };
      sandboxes.push(sandbox);
      const parts = { timing, random: createRandom(seed + lane), guard: createSendGuard(timing.now) };
      callers.push(createCaller(environment, parts));
    }
  });
  afterAll(async () => {
    await Promise.all(callers.map((caller) => caller.close()));
    await Promise.all(sandboxes.map((sandbox) => sandbox.close()));
  });

  test(`${sequences} sequences: nothing is done twice, and every answer is true`, { timeout: 180_000 }, async () => {
    const seen: Record<string, number> = {};
    let next = 0;
    const work = async (caller: Caller, sandbox: Sandbox): Promise<void> => {
      let late: ReadonlyMap<string, number> = new Map();
      while (next < sequences) {
        const index = next;
        next += 1;
        const sequence = drawSequence(index);
        const answered = await run(caller, sandbox, sequence);
        const deeds = deedsOf(sandbox);
        const wrong = violations(answered, deeds, caller.logged, late);
        late = new Map(tallied(answered, deeds).map((each) => [each.deed, each.succeeded + each.unknown - each.done]));
        if (wrong.length > 0) {
          next = sequences;
          const told = JSON.stringify({ ...sequence, outcomes: answered.map(({ outcome }) => outcome) }, null, 1);
          throw new Error(`seed ${seed}, sequence ${index}: ${wrong.join('; ')}\n${told}`);
        }
        for (const { outcome } of answered) {
          const word = outcome?.ok === false ? `${outcome.failure.kind} ${outcome.failure.performed}` : 'ok';
          seen[word] = (seen[word] ?? 0) + 1;
        }
      }
    };
    await Promise.all(callers.map((caller, lane) => work(caller, sandboxes[lane] as Sandbox)));
    // The lots were not so drawn that nothing was tried.
    for (const word of ['ok', 'network unknown', 'gateway_error unknown', 'cancelled no', 'cancelled unknown'])
      expect(seen[word], word).toBeGreaterThan(100);
  });
});
