import { isObject } from '../../../tools/contract/json.js';
import { instructionsFor } from '../../../tools/guidance/instructions.js';
import { type Prompt, prompts } from '../../../tools/guidance/prompts.js';
import {
  type JointlyOffered,
  type OfferedAccount,
  type OfferSettings,
  offeredOf,
  offeredOfAll,
} from '../../account/policy/policy.js';
import type { Policy } from '../../config/accounts/settings.js';
import type { Config } from '../../config/config.js';
import type { Reader } from '../../text/operator.js';
import { createRedactor } from '../../text/redaction.js';
import { withAccount } from './account-argument.js';
import { catalogue, type ListedResource, type ListedTool } from './catalogue.js';
import type { JsonSchema } from './json-schema.js';

/** A tool as a client is offered it; without an output schema if its results are text only. */
export interface OfferedTool
  extends Omit<ListedTool, 'outputSchema'>,
    Pick<JointlyOffered<unknown>, 'accounts' | 'withConnection'> {
  readonly outputSchema?: JsonSchema | undefined;
}

/** Everything that a client is offered under a configuration. */
export interface Offer {
  /** The names of the accounts that calls choose from. Empty with one account, which no call names. */
  readonly accounts: readonly string[];
  readonly tools: readonly OfferedTool[];
  readonly resources: readonly ListedResource[];
  readonly prompts: readonly Prompt[];
  /** The skill as Markdown. Undefined where a tool that it names is not offered. */
  readonly skill: string | undefined;
  readonly instructions: string;
  /** Which calls the user has to confirm. */
  readonly confirm: Policy['confirm'];
  /** What becomes of such a call if the client cannot ask. */
  readonly unconfirmed: Policy['unconfirmed'];
  /** Who reads the failures. */
  readonly reader: Reader;
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

function offeredAs(
  { tool, takesConnection, dryRun, accounts, withConnection }: JointlyOffered<ListedTool>,
  results: Config['results'],
): OfferedTool {
  const { inputSchema, outputSchema } = tool;
  const ownInput = takesConnection ? withProperties(inputSchema, catalogue.connectionArgument) : inputSchema;
  return {
    ...tool,
    accounts,
    withConnection,
    inputSchema: withAccount(ownInput, accounts),
    outputSchema: results === 'text' ? undefined : dryRun ? catalogue.dryRunResult : outputSchema,
  };
}

/** What an offer depends on. */
export interface OfferConfig extends Pick<Config, 'host' | 'sandbox' | 'results'> {
  readonly account: OfferSettings;
}

const ofOneAccount = (account: OfferSettings): JointlyOffered<ListedTool>[] =>
  offeredOf(catalogue.tools, account).map((offered) => ({ ...offered, accounts: [], withConnection: [] }));

/**
 * The offer under a configuration. No resource, prompt or instruction mentions a tool that is not offered.
 * @param accounts the accounts that calls choose from; empty for the one account of the configuration.
 */
export function offerFor(
  { account, host, sandbox, results }: OfferConfig,
  accounts: readonly OfferedAccount[] = [],
): Offer {
  const { policy } = account;
  const joint = accounts.length === 0 ? ofOneAccount(account) : offeredOfAll(catalogue.tools, accounts, policy);
  const tools = joint.map((tool) => offeredAs(tool, results));
  const { withoutKeys } = createRedactor(host.secrets);
  const offered = new Set(tools.map(({ name }) => name));
  const names = accounts.map(({ name }) => name);
  return {
    accounts: names,
    tools,
    resources: catalogue.resources.filter(({ tool }) => tool === undefined || offered.has(tool)),
    prompts: prompts
      .filter((prompt) => toolsIn(prompt.text({})).every((name) => offered.has(name)))
      .map((prompt) => ({ ...prompt, text: (args) => withoutKeys(prompt.text(args)) })),
    skill: toolsIn(catalogue.skill).every((name) => offered.has(name)) ? catalogue.skill : undefined,
    instructions: `${sandbox ? sandboxNotice : ''}${instructionsFor(offered, names)}`,
    // A dry run does nothing that needs consent.
    confirm: policy.dryRun ? 'nothing' : policy.confirm,
    unconfirmed: policy.unconfirmed,
    reader: account.reader ?? 'operator',
    results,
  };
}
