import * as z from 'zod';
import { effectRules } from '../../../tools/contract/effect.js';
import type { Endpoint } from '../../../tools/contract/endpoint.js';
import type { Result } from '../../../tools/contract/json.js';
import type { Workflow } from '../../../tools/contract/workflow.js';
import { chosenConnectionId } from '../../../tools/values/connection-id.js';
import type { Config } from '../../config/config.js';
import { exclusionOf } from './exclusion.js';
import { choosesConnection, isOffered, onlyShows } from './policy.js';

/** A tool as this server offers it: its declaration, and its input and output under the server's configuration. */
export interface Tool {
  readonly declaration: Endpoint | Workflow;
  readonly input: z.ZodObject;
  readonly output: z.ZodObject;
  /** Why the configuration does not let it be called with this input; undefined where it does. */
  readonly refuses?: ((input: Result) => string | undefined) | undefined;
  /** Why this server would refuse to do what the input describes, where the tool itself does nothing. */
  readonly warns?: ((input: Result) => string | undefined) | undefined;
}

/** What a ManyChat tool takes beside its own input where no connection is pinned. */
export const choosing = z.strictObject({ connection_id: chosenConnectionId.optional() });

/** What a call that would change or send answers in a dry run. */
export const dryRunResult = z
  .looseObject({
    dry_run: z.literal(true),
    requests: z.array(z.looseObject({ method: z.string(), url: z.string(), connection_id: z.string().optional() })),
  })
  .partial();

/** A tool as its declaration has it, for calls that the configuration's choice of tools does not concern. */
export const plainTool = (declaration: Tool['declaration']): Tool => ({
  declaration,
  input: declaration.input,
  output: declaration.output.schema,
});

/** The tools that make sense under a configuration, with the inputs and outputs they have there. */
export function offeredTools(declarations: readonly Tool['declaration'][], config: Config): Tool[] {
  return declarations
    .filter((declaration) => isOffered(declaration, config))
    .map((declaration) => {
      const { effect, input, output } = declaration;
      const refusal = (given: Result) => exclusionOf(config, declaration.capabilities?.(given) ?? []);
      return {
        declaration,
        input: choosesConnection(declaration, config) ? input.safeExtend(choosing.shape) : input,
        ...(effectRules[effect].readOnly ? { warns: refusal } : { refuses: refusal }),
        output: onlyShows(declaration, config) ? dryRunResult : output.schema,
      };
    });
}
