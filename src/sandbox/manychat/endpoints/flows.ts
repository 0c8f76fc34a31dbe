import { hour } from '../../world/clock.js';
import { startFlow } from '../flow.js';
import { requiredContact, requiredText } from '../parameters.js';
import { plainRefusal, validationError } from '../refusals.js';
import type { Handler } from '../request.js';

const maxFlowsPerContactAndHour = 100;

/** Starts a flow for a contact. */
export const sendFlow: Handler = (request) => {
  const { account } = request;
  const contact = requiredContact(request);
  const flowNs = requiredText(request, 'flow_ns');
  const flow = account.flows.find(({ ns }) => ns === flowNs);
  if (flow === undefined) throw validationError('Flow not found');
  if (!contact.active) throw validationError('Subscriber is not active');
  if (!request.admits(`sendFlow ${contact.id}`, maxFlowsPerContactAndHour, hour)) {
    throw plainRefusal('Too many requests', 429);
  }
  startFlow(request, contact, flow, { source: 'sendFlow' });
};
