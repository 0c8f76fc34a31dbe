import { jsonOrText } from '../../http/json.js';
import { startFlow } from '../flow.js';
import { type Delivering, sendBlock } from './block.js';
import { maxKeptAnswer, type RunningCall } from './call.js';
import type { CallAnswer } from './exchange.js';
import { mapAnswer } from './mapping.js';

/**
 * Does what follows from an answer, or from the reason why there is none: only status 200 counts, everything else takes
 * the fallback branch, and the Test button changes nothing.
 */
export function conclude(context: Delivering, running: RunningCall, answer: CallAnswer | string): void {
  const { plan, call } = running;
  const parsed = typeof answer === 'string' || answer.text === undefined ? undefined : jsonOrText(answer.text);
  if (typeof answer !== 'string') {
    call.status = answer.status;
    const kept = answer.text?.slice(0, maxKeptAnswer);
    if (kept !== undefined && kept !== '') call.response = kept === answer.text ? parsed : kept;
  }
  const refused = failureOf(answer);
  if (plan.trigger === 'test') {
    if (refused !== undefined) call.reason = refused;
    return;
  }
  const reason = refused ?? use(context, running, parsed);
  call.branch = reason === undefined ? 'success' : 'fallback';
  if (reason !== undefined) call.reason = reason;
  const next = plan.hook?.[call.branch];
  const flow = plan.account.flows.find(({ ns }) => ns === next);
  if (flow === undefined) return;
  const deliver: Delivering['deliver'] = (delivery) => {
    const id = context.deliver(delivery);
    call.deliveries.push(id);
    return id;
  };
  startFlow({ ...context, deliver }, plan.contact, flow, { source: 'flow', call: call.id });
}

function failureOf(answer: CallAnswer | string): string | undefined {
  if (typeof answer === 'string') return answer;
  if (answer.status !== 200) return `The status was ${answer.status}; only 200 counts.`;
  return answer.text === undefined ? 'The answer was longer than 1 MB.' : undefined;
}

function use(context: Delivering, running: RunningCall, answer: unknown): string | undefined {
  if (running.plan.kind === 'block') return sendBlock(context, running, answer);
  mapAnswer(running, answer);
  return undefined;
}
