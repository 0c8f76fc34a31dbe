import * as z from 'zod';
import { effectRules } from '../../../tools/contract/effect.js';
import type { Endpoint } from '../../../tools/contract/endpoint.js';
import type { Result } from '../../../tools/contract/json.js';
import type { Workflow } from '../../../tools/contract/workflow.js';
import { chosenConnectionId } from '../../../tools/values/inputs.js';
import type { Policy } from '../../config/accounts/settings.js';
import { exclusionOf } from './exclusion.js';
import { type Offered, type OfferedAccount, type OfferSettings, offeredOf, offeredOfAll } from './policy.js';

/** A tool as an account offers it: its declaration, and its input and output under the account's settings. */
export interface Tool {
  readonly declaration: Endpoint | Workflow;
  readonly input: z.ZodObject;
  readonly output: z.ZodObject;
  /** Its input has a `connection_id` that is not part of the declaration's. */
  readonly takesConnection: boolean;
  /** Why the policy forbids a call with this input; undefined if it does not. */
  readonly refuses?: ((input: Result) => string | undefined) | undefined;
  /** Why the policy would forbid what the input describes, for a tool that does nothing itself. */
  readonly warns?: ((input: Result) => string | undefined) | undefined;
}

/** The argument a ManyChat tool takes in addition to its own input where no connection is pinned. */
export const connectionArgument = z.strictObject({ connection_id: chosenConnectionId.optional() });

/** The output of a call that would change or send something, in a dry run. */
export const dryRunResult = z
  .looseObject({
    dry_run: z.literal(true),
    requests: z.array(z.looseObject({ method: z.string(), url: z.string(), connection_id: z.string().optional() })),
  })
  .partial();

/** A tool without any policy, for calls that this program makes for itself. */
export const plainTool = (declaration: Tool['declaration']): Tool => ({
  declaration,
  input: declaration.input,
  output: declaration.output.schema,
  takesConnection: false,
});

/** A tool in the form that it is offered in. */
function toolOf({ tool: declaration, takesConnection, dryRun }: Offered<Tool['declaration']>, policy: Policy): Tool {
  const { effect, input, output } = declaration;
  const refusal = (given: Result) => exclusionOf(policy, declaration.capabilities?.(given) ?? []);
  return {
    declaration,
    input: takesConnection ? input.safeExtend(connectionArgument.shape) : input,
    output: dryRun ? dryRunResult : output.schema,
    takesConnection,
    ...(effectRules[effect].readOnly ? { warns: refusal } : { refuses: refusal }),
  };
}

/** The tools an account is offered, with the inputs and outputs they have there. */
export const offeredTools = (declarations: readonly Tool['declaration'][], settings: OfferSettings): Tool[] =>
  offeredOf(declarations, settings).map((offered) => toolOf(offered, settings.policy));

/** A tool that several accounts are offered, with the names of the accounts that a call chooses from. */
export interface JointTool extends Tool {
  readonly accounts: readonly string[];
}

/** The tools that any of several accounts is offered. */
export const jointTools = (
  declarations: readonly Tool['declaration'][],
  accounts: readonly OfferedAccount[],
  policy: Policy,
): JointTool[] =>
  offeredOfAll(declarations, accounts, policy).map((offered) => ({
    ...toolOf(offered, policy),
    accounts: offered.accounts,
  }));
