import { isObject } from '../../../tools/contract/json.js';
import { instructionsFor } from '../../../tools/guidance/instructions.js';
import { type Prompt, prompts } from '../../../tools/guidance/prompts.js';
import { type Offered, offeredOf } from '../../account/policy/policy.js';
import type { Policy } from '../../config/accounts/settings.js';
import type { Config } from '../../config/config.js';
import { createRedactor } from '../../text/redaction.js';
import { catalogue, type ListedResource, type ListedTool } from './catalogue.js';
import type { JsonSchema } from './json-schema.js';

/** A tool as a client is offered it; without an output schema if its results are text only. */
interface OfferedTool extends Omit<ListedTool, 'outputSchema'> {
  readonly outputSchema?: JsonSchema | undefined;
}

/** Everything that a client is offered under a configuration. */
export interface Offer {
  readonly tools: readonly OfferedTool[];
  readonly resources: readonly ListedResource[];
  readonly prompts: readonly Prompt[];
  readonly instructions: string;
  /** Which calls the user has to confirm. */
  readonly confirm: Policy['confirm'];
  /** The form of results. */
  readonly results: Config['results'];
}

/** The tools that a text mentions. */
const toolsIn = (text: string): readonly string[] => text.match(/manychat_[a-z_]*[a-z]/g) ?? [];

/** Adds the properties of a second object schema as optional ones. */
function withProperties(schema: JsonSchema, { properties: added }: JsonSchema): JsonSchema {
  const own = isObject(schema.properties) ? schema.properties : {};
  return { ...schema, properties: { ...own, ...(isObject(added) && added) } };
}

/** An agent must not report to its user that somebody was written to. */
const sandboxNotice = 'SANDBOX: this is a simulated account and nothing reaches real people; say so when you report. ';

function offeredAs({ tool, takesConnection, dryRun }: Offered<ListedTool>, results: Config['results']): OfferedTool {
  const { inputSchema, outputSchema } = tool;
  return {
    ...tool,
    inputSchema: takesConnection ? withProperties(inputSchema, catalogue.connectionArgument) : inputSchema,
    outputSchema: results === 'text' ? undefined : dryRun ? catalogue.dryRunResult : outputSchema,
  };
}

/** The offer under a configuration. No resource, prompt or instruction mentions a tool that is not offered. */
export function offerFor({ account, host, sandbox, results }: Config): Offer {
  const tools = offeredOf(catalogue.tools, account).map((tool) => offeredAs(tool, results));
  const { withoutKeys } = createRedactor(host.secrets);
  const { dryRun, confirm } = account.policy;
  const offered = new Set(tools.map(({ name }) => name));
  return {
    tools,
    resources: catalogue.resources.filter(({ tool }) => tool === undefined || offered.has(tool)),
    prompts: prompts
      .filter((prompt) => toolsIn(prompt.text({})).every((name) => offered.has(name)))
      .map((prompt) => ({ ...prompt, text: (args) => withoutKeys(prompt.text(args)) })),
    instructions: `${sandbox ? sandboxNotice : ''}${instructionsFor(offered)}`,
    // A dry run does nothing that needs consent.
    confirm: dryRun ? 'nothing' : confirm,
    results,
  };
}
