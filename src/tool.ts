import { z } from 'zod';
import { chosenConnectionId } from '../tools/connections.js';
import { type Endpoint, effectRules } from '../tools/endpoint.js';
import type { Workflow } from '../tools/workflow.js';
import type { Config } from './config.js';

/** A tool as this server offers it: its declaration, and its input and output under the server's configuration. */
export interface Tool {
  readonly declaration: Endpoint | Workflow;
  readonly input: z.ZodObject;
  readonly output: z.ZodObject;
}

/** What a call that would change or send answers in a dry run. */
export const dryRunResult = z.looseObject({
  dry_run: z.literal(true),
  requests: z.array(z.looseObject({ method: z.string(), url: z.string(), connection_id: z.string().optional() })),
});

/** A tool as its declaration has it, for calls that the configuration's choice of tools does not concern. */
export const plainTool = (declaration: Tool['declaration']): Tool => ({
  declaration,
  input: declaration.input,
  output: declaration.output.schema,
});

/**
 * The tools that make sense under a configuration: those that were chosen, none that changes anything where that is
 * not wanted, no connection tools without Maton, and a `connection_id` on every ManyChat tool unless one is pinned.
 */
export function offeredTools(declarations: readonly Tool['declaration'][], config: Config): Tool[] {
  const direct = config.access.mode === 'direct';
  const chooses = !direct && config.connection === undefined;
  const chosen = { connection_id: chosenConnectionId.optional() };
  return declarations
    .filter(({ api, name, effect }) => {
      const allowed = !config.readOnly || effectRules[effect].readOnly;
      return allowed && config.offered.has(name) && (!direct || api !== 'connections');
    })
    .map((declaration) => {
      const { api, input, output, effect } = declaration;
      return {
        declaration,
        input: chooses && api === 'manychat' ? input.safeExtend(chosen) : input,
        output: config.dryRun && !effectRules[effect].readOnly ? dryRunResult.partial() : output.schema,
      };
    });
}
