import { effectRules } from '../../../../tools/contract/effect.js';
import { operatorDoes } from '../../../text/operator.js';
import { callError } from '../../../upstream/failures/call-error.js';
import { type AccountParts, type EndpointCall, failureContext } from '../call-context.js';

/** Stage: refuses a call if there is no key, or if it would change something and the account is read-only. */
export function checkPolicy({ endpoint }: EndpointCall, { settings }: AccountParts): void {
  const { access, policy } = settings;
  const context = failureContext(endpoint, settings);
  if (access.mode === 'none') throw callError('not_configured', context, { message: access.reason, source: 'client' });
  if (policy.readOnly && !effectRules[endpoint.effect].readOnly)
    throw callError('permission_denied', context, {
      message: 'This server only reads: it was started with --read-only',
      source: 'client',
      hint: `Nothing can be changed or sent here. ${operatorDoes('decides that.')}`,
    });
}
