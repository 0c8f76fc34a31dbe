import type { Fault } from '../server/shapes.js';

/** The effects of a fault, in the order of the form. */
export const effects = [
  { name: 'status', label: 'Answer with a status' },
  { name: 'reset', label: 'Break the connection' },
  { name: 'delay_ms', label: 'Answer late' },
  { name: 'hang', label: 'Never answer' },
  { name: 'truncate', label: 'End the answer half-way' },
  { name: 'html', label: 'Answer with an HTML page' },
  { name: 'trickle_ms', label: 'Answer byte by byte' },
  { name: 'close_connection', label: 'Close the connection after the answer' },
  { name: 'body_bytes', label: 'Answer with a large body' },
  { name: 'gzip_bomb', label: 'Answer with a compressed bomb' },
] as const;

export type Effect = (typeof effects)[number]['name'];

/** The number that an effect needs, with its label and what it begins with. */
export const effectNumbers: Readonly<Partial<Record<Effect, { readonly label: string; readonly initial: string }>>> = {
  status: { label: 'Status', initial: '500' },
  delay_ms: { label: 'Milliseconds', initial: '2000' },
  trickle_ms: { label: 'Milliseconds for each byte', initial: '50' },
  body_bytes: { label: 'Bytes', initial: '1000000' },
  gzip_bomb: { label: 'Bytes when unpacked', initial: '100000000' },
};

/** The effects whose request is always performed. */
const alwaysPerformed: ReadonlySet<Effect> = new Set(['delay_ms', 'trickle_ms', 'close_connection']);

/** Whether the form asks if the request is performed. */
export const asksPerform = (effect: Effect): boolean => !alwaysPerformed.has(effect);

/** What is typed into the form. */
export interface FaultForm {
  readonly effect: Effect;
  readonly number: string;
  readonly resetAt: 'before_headers' | 'in_body';
  readonly body: string;
  /** Seconds for the header Retry-After. */
  readonly retryAfter: string;
  readonly method: string;
  readonly path: string;
  readonly after: string;
  readonly times: string;
  readonly perform: boolean;
}

export const emptyFaultForm: FaultForm = {
  effect: 'status',
  number: '500',
  resetAt: 'before_headers',
  body: '',
  retryAfter: '',
  method: '',
  path: '',
  after: '0',
  times: '1',
  perform: false,
};

/** The sends: an agent reads before it sends, and that would use up a fault of any request. */
const sending = '/fb/sending/';

const sendFault = (status: string, retryAfter = ''): Partial<FaultForm> => ({
  effect: 'status',
  number: status,
  retryAfter,
  path: sending,
});

/** Faults that are often wanted, each with the name of its button. */
export const presets: readonly { readonly label: string; readonly form: Partial<FaultForm> }[] = [
  { label: 'Too many requests', form: sendFault('429', '5') },
  { label: 'Server error', form: sendFault('500') },
  { label: 'Sent, answer lost', form: { effect: 'reset', path: sending, perform: true } },
];

/** A number as the sandbox checks it; a text that is no number as it is, so that the sandbox says what is allowed. */
const numberIn = (text: string): number | string => (/^\s*-?\d+\s*$/.test(text) ? Number(text) : text);

function bodyOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function effectOf({ effect, number, resetAt, body, retryAfter }: FaultForm): Record<string, unknown> {
  if (effect === 'status') {
    return {
      status: numberIn(number),
      ...(body.trim() !== '' && { body: bodyOf(body) }),
      ...(retryAfter.trim() !== '' && { headers: { 'retry-after': retryAfter.trim() } }),
    };
  }
  if (effect === 'reset') return { reset: resetAt };
  return { [effect]: effectNumbers[effect] === undefined ? true : numberIn(number) };
}

/** The fault that a form orders, as the body of a request. */
export function faultOf(form: FaultForm): Record<string, unknown> {
  const { effect, method, path, after, times, perform } = form;
  const match = { ...(method !== '' && { method }), ...(path.trim() !== '' && { path: path.trim() }) };
  return {
    ...(Object.keys(match).length > 0 && { match }),
    ...(after.trim() !== '' && after.trim() !== '0' && { after: numberIn(after) }),
    ...(times.trim() !== '' && times.trim() !== '1' && { times: numberIn(times) }),
    ...(perform && asksPerform(effect) && { perform }),
    ...effectOf(form),
  };
}

/** The name of an effect in a sentence; a name that the form does not have stays as it is, such as `repeat_after_ms`. */
export function effectText(name: string): string {
  const label = effects.find((each) => each.name === name)?.label;
  return label === undefined ? name : label.charAt(0).toLowerCase() + label.slice(1);
}

/** A fault in words: what it does, and to which requests. */
export function faultText(fault: Fault): { readonly what: string; readonly where: string } {
  const effect = effects.find(({ name }) => Object.hasOwn(fault, name));
  const value = effect === undefined ? undefined : fault[effect.name];
  const detail = value === true || value === undefined ? '' : `: ${String(value).replace('_', ' ')}`;
  const { method, path } = fault.match ?? {};
  const requests = [method, path].filter((each) => each !== undefined).join(' ');
  return {
    what: `${effect?.label ?? 'Fault'}${detail}${fault.perform === true ? ', after the request was performed' : ''}`,
    where: requests === '' ? 'any request' : requests,
  };
}
