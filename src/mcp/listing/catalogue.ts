import type { Declaration } from '../../../tools/contract/endpoint.js';
import { resources } from '../../../tools/guidance/resources.js';
import { toolsets } from '../../../tools/index.js';
import { connectionArgument, dryRunResult, type Tool } from '../../account/policy/tool.js';
import { type JsonSchema, jsonSchema } from './json-schema.js';

/** A tool as clients are shown it, before the configuration has its say. */
export interface ListedTool extends Pick<Declaration, 'title' | 'description' | 'api' | 'effect'> {
  readonly name: string;
  /** The set it can be chosen with. */
  readonly set: string;
  readonly inputSchema: JsonSchema;
  readonly outputSchema: JsonSchema;
}

/** A resource as clients are shown it. */
export interface ListedResource {
  readonly uri: `manychat://${string}`;
  readonly title: string;
  readonly description: string;
  readonly mimeType: string;
  /** The tool that reads it; undefined where it is a text of this server. */
  readonly tool?: string | undefined;
}

/** Everything that can be shown to clients, as JSON. */
export interface Catalogue {
  readonly tools: readonly ListedTool[];
  readonly resources: readonly ListedResource[];
  /** The input that a ManyChat tool has beside its own where no connection is pinned. */
  readonly choosing: JsonSchema;
  /** The output of what would change or send in a dry run. */
  readonly dryRunResult: JsonSchema;
}

function listed(
  set: string,
  { name, title, description, api, effect, input, output }: Tool['declaration'],
): ListedTool {
  return {
    name,
    set,
    title,
    description,
    api,
    effect,
    get inputSchema() {
      return jsonSchema(input, 'input');
    },
    get outputSchema() {
      return jsonSchema(output.schema, 'output');
    },
  };
}

/**
 * The catalogue, from the declarations. A bundle holds in this file's place what it came to when it was built: a server
 * that is started needs its list of tools at once, and the schemas behind it with the first call.
 */
export const catalogue: Catalogue = {
  tools: Object.entries(toolsets).flatMap(([set, tools]) => tools.map((tool) => listed(set, tool))),
  resources: resources.map(({ uri, title, description, content }) => ({
    uri,
    title,
    description,
    mimeType: 'markdown' in content ? 'text/markdown' : 'application/json',
    tool: 'endpoint' in content ? content.endpoint.name : undefined,
  })),
  get choosing() {
    return jsonSchema(connectionArgument, 'input');
  },
  get dryRunResult() {
    return jsonSchema(dryRunResult, 'output');
  },
};
