import { type Capability, capabilities } from '../../../tools/contract/capabilities.js';
import type { Endpoint } from '../../../tools/contract/endpoint.js';
import type { CallError } from '../../../tools/contract/failure.js';
import type { Result } from '../../../tools/contract/json.js';
import { toolsFor } from '../../../tools/index.js';
import type { Policy } from '../../config/accounts/settings.js';
import { operatorDecides } from '../../text/operator.js';
import { callError } from '../../upstream/failures/call-error.js';
import type { FailureContext } from '../../upstream/failures/context.js';

type Excluding = Pick<Policy, 'excluded' | 'granted'>;

/**
 * Why a call is forbidden: every tool for something that it does was excluded, or is not for this caller; undefined if it is
 * allowed.
 */
export function exclusionOf({ excluded, granted }: Excluding, done: readonly Capability[]): string | undefined {
  const isGranted = (tool: string): boolean => granted?.has(tool) !== false;
  const refused = done.find((each) => toolsFor(each).every((tool) => excluded.has(tool) || !isGranted(tool)));
  if (refused === undefined) return undefined;
  const tools = toolsFor(refused).join(', ');
  if (granted !== undefined)
    return `This call can ${capabilities[refused].what}, which you may not do here: it takes ${toolsFor(refused).join(' or ')}`;
  return `This call can ${capabilities[refused].what}, which this server does not do: --exclude-tools excludes ${tools}`;
}

/** The failure of a call that does something excluded. */
export const excludedError = (message: string, context: FailureContext): CallError =>
  callError('permission_denied', context, {
    message,
    hint: `Do not try another way. ${operatorDecides('this')}`,
    source: 'client',
  }).by('exclusion');

/** Why a request is forbidden as a step of a tool that has another purpose. */
function exclusionOfStep(policy: Excluding, endpoint: Endpoint, input: Result): string | undefined {
  const refusals = (endpoint.purposes ?? []).map((each) => exclusionOf(policy, [each]));
  // Texts and other content are sent by the same request, so it is forbidden only if both are excluded.
  const own = refusals.every((refusal) => refusal !== undefined) ? refusals[0] : undefined;
  return own ?? exclusionOf(policy, endpoint.capabilities?.(input) ?? []);
}

/**
 * Refuses a step of a workflow that does something excluded, whatever the workflow declares.
 * @throws CallError
 */
export function refuseExcluded(policy: Excluding, context: FailureContext<Endpoint>, input: Result): void {
  const refused = exclusionOfStep(policy, context.declaration, input);
  if (refused !== undefined) throw excludedError(refused, context);
}
