import * as z from 'zod';
import { effectRules } from '../../../tools/contract/effect.js';
import type { Endpoint } from '../../../tools/contract/endpoint.js';
import type { Result } from '../../../tools/contract/json.js';
import type { Workflow } from '../../../tools/contract/workflow.js';
import { chosenConnectionId } from '../../../tools/values/inputs.js';
import type { AccountSettings } from '../../config/accounts/settings.js';
import { exclusionOf } from './exclusion.js';
import { offeredOf } from './policy.js';

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

/** The tools an account is offered, with the inputs and outputs they have there. */
export function offeredTools(
  declarations: readonly Tool['declaration'][],
  settings: Pick<AccountSettings, 'access' | 'connection' | 'policy'>,
): Tool[] {
  return offeredOf(declarations, settings).map(({ tool: declaration, takesConnection, dryRun }) => {
    const { effect, input, output } = declaration;
    const refusal = (given: Result) => exclusionOf(settings.policy, declaration.capabilities?.(given) ?? []);
    return {
      declaration,
      input: takesConnection ? input.safeExtend(connectionArgument.shape) : input,
      output: dryRun ? dryRunResult : output.schema,
      takesConnection,
      ...(effectRules[effect].readOnly ? { warns: refusal } : { refuses: refusal }),
    };
  });
}
