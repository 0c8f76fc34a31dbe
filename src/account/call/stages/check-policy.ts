import { effectRules } from '../../../../tools/contract/effect.js';
import { operatorDecides } from '../../../text/operator.js';
import { callError } from '../../../upstream/failures/call-error.js';
import { type AccountParts, type EndpointCall, failureContext } from '../call-context.js';

/** Stage: refuses a call if there is no key, or if it would change something and the account is read-only. */
export function checkPolicy({ endpoint }: EndpointCall, { settings }: AccountParts): void {
  const { access, policy, reader } = settings;
  const context = failureContext(endpoint, settings);
  if (access.mode === 'none') {
    // The reason names variables and files of the server, and is in its log.
    const message = reader === 'member' ? 'This account has no key on this server that can be used' : access.reason;
    throw callError('not_configured', context, { message, source: 'client' });
  }
  if (policy.readOnly && !effectRules[endpoint.effect].readOnly)
    throw callError('permission_denied', context, {
      message:
        reader === 'member' ? 'You can only read here' : 'This server only reads: it was started with --read-only',
      source: 'client',
      hint: `Nothing can be changed or sent here. ${operatorDecides('that')}`,
    });
}
