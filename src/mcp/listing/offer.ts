import { isObject } from '../../../tools/contract/json.js';
import { instructionsFor } from '../../../tools/guidance/instructions.js';
import { type Prompt, prompts } from '../../../tools/guidance/prompts.js';
import { type Offered, offeredOf } from '../../account/policy/policy.js';
import type { Policy } from '../../config/account-settings.js';
import type { Config } from '../../config/config.js';
import { createRedactor } from '../../text/redaction.js';
import { catalogue, type ListedResource, type ListedTool } from './catalogue.js';
import type { JsonSchema } from './json-schema.js';

/** Everything a client is offered under one configuration. */
export interface Offer {
  readonly tools: readonly ListedTool[];
  readonly resources: readonly ListedResource[];
  readonly prompts: readonly Prompt[];
  readonly instructions: string;
  /** What the user is asked to confirm first. */
  readonly confirm: Policy['confirm'];
}

/** Tools that a text names. */
const toolsIn = (text: string): readonly string[] => text.match(/manychat_[a-z_]*[a-z]/g) ?? [];

/** The schema of an object with the properties of both, none of the second required. */
function withProperties(schema: JsonSchema, { properties: more }: JsonSchema): JsonSchema {
  const own = isObject(schema.properties) ? schema.properties : {};
  return { ...schema, properties: { ...own, ...(isObject(more) && more) } };
}

function listedAs({ tool, takesConnection, dryRun }: Offered<ListedTool>): ListedTool {
  const { inputSchema, outputSchema } = tool;
  return {
    ...tool,
    inputSchema: takesConnection ? withProperties(inputSchema, catalogue.choosing) : inputSchema,
    outputSchema: dryRun ? catalogue.dryRunResult : outputSchema,
  };
}

/** What a configuration offers: no resource, prompt or sentence speaks of a tool that is not there. */
export function offerFor({ account, host }: Config): Offer {
  const tools = offeredOf(catalogue.tools, account).map(listedAs);
  const { withoutKeys } = createRedactor(host.secrets);
  const { dryRun, confirm } = account.policy;
  const offered = new Set(tools.map(({ name }) => name));
  return {
    tools,
    resources: catalogue.resources.filter(({ tool }) => tool === undefined || offered.has(tool)),
    prompts: prompts
      .filter((prompt) => toolsIn(prompt.text({})).every((name) => offered.has(name)))
      .map((prompt) => ({ ...prompt, text: (args) => withoutKeys(prompt.text(args)) })),
    instructions: instructionsFor(offered),
    // What is only shown needs no consent.
    confirm: dryRun ? 'nothing' : confirm,
  };
}
