import { type Capability, capabilities, capabilityNames } from '../../../tools/contract/capabilities.js';
import type { Endpoint } from '../../../tools/contract/endpoint.js';
import type { CallError } from '../../../tools/contract/failure.js';
import type { Result } from '../../../tools/contract/json.js';
import type { Config } from '../../config/config.js';
import { callError } from '../../upstream/failures/call-error.js';
import type { FailureContext } from '../../upstream/failures/context.js';

type Excluding = Pick<Config, 'excluded'>;

/** Why something is not to be done: every tool that is there for it was excluded. */
export function exclusionOf({ excluded }: Excluding, done: readonly Capability[]): string | undefined {
  const refused = done.find((each) => capabilities[each].tools.every((tool) => excluded.has(tool)));
  if (refused === undefined) return undefined;
  const { what, tools } = capabilities[refused];
  return `This call can ${what}, which this server does not do: --exclude-tools leaves out ${tools.join(', ')}`;
}

/** The failure of a call that does what was excluded. */
export const excludedError = (message: string, context: FailureContext): CallError =>
  callError('permission_denied', context, {
    message,
    hint: 'Do not try it in another way; the person who runs this server decides that.',
    source: 'client',
  });

/** Why a request is not to be made as a step of a tool that has another purpose. */
function exclusionOfStep(config: Excluding, endpoint: Endpoint, input: Result): string | undefined {
  const purposes = capabilityNames.filter((each) => capabilities[each].tools.some((tool) => tool === endpoint.name));
  const refusals = purposes.map((each) => exclusionOf(config, [each]));
  // A text and other content leave by the same request: it is refused where neither may be sent.
  const own = refusals.every((refusal) => refusal !== undefined) ? refusals[0] : undefined;
  return own ?? exclusionOf(config, endpoint.capabilities?.(input) ?? []);
}

/**
 * Refuses a step of a workflow that does what was excluded, whatever the workflow says that it does.
 * @throws CallError
 */
export function refuseExcluded(config: Excluding, context: FailureContext<Endpoint>, input: Result): void {
  const refused = exclusionOfStep(config, context.declaration, input);
  if (refused !== undefined) throw excludedError(refused, context);
}
