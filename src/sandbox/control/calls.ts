import { type CallFault, callFaultEffects } from '../faults/call-fault.js';
import { isRecord } from '../http/json.js';
import { badRequest } from '../http/refusal.js';
import type { Call } from '../manychat/calling/call.js';
import { localOrigin, publicOrigin } from '../preparation/tunnels.js';
import type { World } from '../world/world.js';
import { integerWithin, nonEmptyString, oneOf, rejectUnknownKeys } from './checks.js';
import { contactOf } from './contact-acts.js';

type Input = Readonly<Record<string, unknown>>;

/** The keys of `match`. */
export const callMatchKeys = ['hook', 'url'] as const;
/** Every key that a fault of a call can have. */
export const callFaultKeys: readonly string[] = ['match', 'after', 'times', ...callFaultEffects];

const maxMilliseconds = 86_400_000;

/** Parses a fault whose keys were checked against `callFaultKeys`. @throws Refusal */
export function parseCallFault(input: Input): CallFault {
  const [effect, ...more] = callFaultEffects.filter((each) => Object.hasOwn(input, each));
  if (effect === undefined || more.length > 0) {
    throw badRequest(
      `A fault needs exactly one effect, such as {"repeat_after_ms": 0}. Effects: ${callFaultEffects.join(', ')}.`,
    );
  }
  const { match, after, times } = input;
  return {
    ...parseEffect(effect, input[effect]),
    ...(match !== undefined && { match: parseMatch(match) }),
    ...(after !== undefined && { after: integerWithin('after', after, [0, 1_000_000]) }),
    ...(times !== undefined && { times: integerWithin('times', times, [1, 1_000_000]) }),
  };
}

function parseEffect(effect: (typeof callFaultEffects)[number], value: unknown) {
  switch (effect) {
    case 'repeat_after_ms':
      return { repeat_after_ms: integerWithin(effect, value, [0, maxMilliseconds]) };
    case 'delay_ms':
      return { delay_ms: integerWithin(effect, value, [0, maxMilliseconds]) };
    case 'after_next':
      if (value !== true) throw badRequest('after_next must be true or left out.');
      return { after_next: true } as const;
    case 'drop':
      return { drop: oneOf(effect, value, ['response', 'connection']) };
  }
}

function parseMatch(match: unknown): NonNullable<CallFault['match']> {
  if (!isRecord(match)) throw badRequest('match must be an object, such as {"hook": "Answering machine"}.');
  rejectUnknownKeys(Object.keys(match), callMatchKeys, 'match');
  const { hook, url } = match;
  return {
    ...(hook !== undefined && { hook: nonEmptyString('match.hook', hook) }),
    ...(url !== undefined && { url: nonEmptyString('match.url', url) }),
  };
}

/** Presses the Test button of a hook for a contact; resolves with the call once it has ended. @throws Refusal */
export async function testHook(
  world: World,
  { hook: wanted, subscriber_id: id }: Input,
  page: string | null,
): Promise<Call> {
  const { account, contact } = contactOf(world, nonEmptyString('subscriber_id', id), page);
  const hook = account.hooks.find(({ name }) => name === wanted);
  if (hook === undefined) {
    const names = account.hooks.map(({ name }) => JSON.stringify(name)).join(', ') || 'none';
    throw badRequest(`hook must be the name of a hook of this page; it has ${names}.`);
  }
  const call = world.reactions.test(account, contact, hook);
  await world.calls.ended(call);
  return call;
}

/** Lets a public origin lead to one on this machine, as a tunnel does. @throws Refusal */
export function addTunnel(world: World, { from, to }: Input): { tunnels: Record<string, string> } {
  world.tunnels = new Map([...world.tunnels, [publicOrigin('from', from), localOrigin('to', to)]]);
  world.changes.part('account');
  return { tunnels: Object.fromEntries(world.tunnels) };
}
