import type { Fault, FaultEffect } from '../../../src/sandbox/index.js';
import { createRandom } from '../random.js';
import { Lot } from './lot.js';

/** A tool call and its intended actions. */
interface Deed {
  readonly tool: string;
  readonly args: Readonly<Record<string, unknown>>;
  readonly path: string;
  /** Keys of the actions that must not happen twice; empty for an idempotent call. For many contacts a key starts with the contact. */
  readonly deeds: readonly string[];
  /** It acts on many contacts. */
  readonly many?: true;
}

/** One tool call of a sequence. */
export interface Step extends Deed {
  /** Whether earlier calls may still be in flight when this one is made. */
  readonly together: boolean;
  /** When the client cancels it: before the call, or after this many milliseconds. */
  readonly cancel?: 'before' | number;
  /** After this many milliseconds the client continues without the response and without cancelling. */
  readonly abandon?: number;
}

/** Calls, sequential or concurrent, and the faults of their requests. */
export interface Sequence {
  readonly steps: readonly Step[];
  readonly faults: readonly Fault[];
}

/** Messenger contacts. The last two are refused: one has a closed window, one opted out. */
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

/** Contacts of every channel: Instagram, WhatsApp, WhatsApp and Messenger, Telegram, and those above. */
const onAnyChannel = ['24958501110470023', '1523908742', '1523908746', '1523908744', ...subscribers] as const;

/** Draws a send to several contacts. */
function drawForEach(lot: Lot, unique: string): Deed {
  const ids = [...new Set(onAnyChannel)].filter(() => lot.chance(0.5));
  const subscriber_ids = ids.length === 0 ? subscribers.slice(0, 2) : ids;
  const [path, what, action] = lot.chance(0.5)
    ? ['/sendContent', unique, { action: 'send_text', text: unique }]
    : ['/sendFlow', flows[0], { action: 'send_flow', flow_ns: flows[0] }];
  const deeds = subscriber_ids.map((id) => `${id} ${what}`);
  return { tool: 'for_each_subscriber', args: { subscriber_ids, ...action }, path, deeds, many: true };
}

/** Draws what a call does; `unique` is a text that no other call has. */
function drawDeed(lot: Lot, unique: string): Deed {
  const subscriber_id = lot.of(subscribers);
  const data = { version: 'v2', content: { messages: [{ type: 'text', text: unique }] } };
  const deeds: readonly [[number, () => Deed], ...[number, () => Deed][]] = [
    [38, () => ({ tool: 'send_content', args: { subscriber_id, data }, path: '/sendContent', deeds: [unique] })],
    [
      13,
      () => {
        const args = { user_ref: lot.of(userRefs), data };
        return { tool: 'send_content_by_user_ref', args, path: '/sendContentByUserRef', deeds: [unique] };
      },
    ],
    [
      15,
      () => {
        const flow_ns = lot.of(flows);
        const deeds = [`${subscriber_id} ${flow_ns}`];
        return { tool: 'send_flow', args: { subscriber_id, flow_ns }, path: '/sendFlow', deeds };
      },
    ],
    [12, () => drawForEach(lot, unique)],
    [
      12,
      () => {
        const args = { subscriber_id: lot.of(onAnyChannel), text: unique };
        return { tool: 'send_text', args, path: '/sendContent', deeds: [unique] };
      },
    ],
    [8, () => ({ tool: 'create_tag', args: { name: unique }, path: '/createTag', deeds: [unique] })],
    [6, () => ({ tool: 'get_subscriber', args: { subscriber_id }, path: '/subscriber/getInfo', deeds: [] })],
    [8, () => ({ tool: 'add_tag_to_subscriber', args: { subscriber_id, tag_id: 2 }, path: '/addTag', deeds: [] })],
    [
      8,
      () => ({ tool: 'remove_tag_from_subscriber', args: { subscriber_id, tag_id: 1 }, path: '/removeTag', deeds: [] }),
    ],
    [4, () => ({ tool: 'delete_tag', args: { tag_id: lot.number(1, 4) }, path: '/page/removeTag', deeds: [] })],
  ];
  return lot.weighted(deeds)();
}

/** Draws whether and when a client cancels or abandons a call; most do not. */
function drawGivingUp(lot: Lot): Pick<Step, 'cancel' | 'abandon'> {
  if (lot.chance(0.15)) return { abandon: lot.time(10, 100_000) };
  if (!lot.chance(0.2)) return {};
  return { cancel: lot.chance(0.2) ? 'before' : lot.time(10, 100_000) };
}

const page = (status: number): FaultEffect => ({ status, body: '<h1>Oops</h1>', content_type: 'text/html' });
const exception: FaultEffect = { status: 500, body: { status: 'exception', message: 'Something went wrong' } };

function drawFault(lot: Lot, steps: readonly Step[]): Fault {
  const places = steps.map(({ path }) => path);
  const target = lot.chance(0.1) ? '' : lot.chance(0.1) ? '/connections' : lot.of(['', ...places]);
  const clock = { match: { path: target }, after: lot.number(0, 1), times: lot.number(1, 3) };
  const perform = lot.chance(0.5);
  if (lot.chance(0.02)) return { ...clock, times: 1, hang: true, perform };
  if (lot.chance(0.2)) {
    // A 429 says that nothing was performed, so it is never combined with `perform`.
    const headers = lot.chance(0.5) ? { 'retry-after': String(lot.number(0, 3)) } : {};
    return { ...clock, status: 429, headers, body: { message: 'Slow down' } };
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
    { delay_ms: lot.time(10, 200_000) },
  ]);
  return { ...clock, perform, ...effect };
}

/** Draws faults, and in half of the sequences a delay of all other responses. */
function drawFaults(lot: Lot, steps: readonly Step[]): Fault[] {
  const faults = Array.from({ length: lot.number(0, 3) }, () => drawFault(lot, steps));
  return lot.chance(0.5) ? [...faults, { times: 1_000, delay_ms: lot.time(10, 10_000) }] : faults;
}

/** Draws a send that the sequence contains already, as clients and agents repeat failed calls. */
function drawRepeat(lot: Lot, steps: readonly Step[]): Deed | undefined {
  const [first, ...more] = steps.filter(({ path }) => path.startsWith('/send'));
  if (first === undefined || !lot.chance(0.2)) return undefined;
  const { tool, args, path, deeds, many } = lot.of([first, ...more]);
  return { tool, args, path, deeds, ...(many && { many }) };
}

/** The sequence with a number; the same seed gives the same sequence. */
export function drawSequence(seed: number, index: number): Sequence {
  const lot = new Lot(createRandom(seed + index * 7919));
  const steps: Step[] = [];
  for (let left = lot.number(1, 5); left > 0; left -= 1) {
    const deed = drawRepeat(lot, steps) ?? drawDeed(lot, `text ${index}.${steps.length}`);
    steps.push({ ...deed, together: lot.chance(0.5), ...drawGivingUp(lot) });
  }
  return { steps, faults: drawFaults(lot, steps) };
}
