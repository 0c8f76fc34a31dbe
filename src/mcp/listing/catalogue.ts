import { existsSync, readFileSync } from 'node:fs';
import type { Declaration, View } from '../../../tools/contract/endpoint.js';
import { resources } from '../../../tools/guidance/resources.js';
import { declarations, toolsetsOf } from '../../../tools/index.js';
import { connectionArgument, dryRunResult, type Tool } from '../../account/policy/tool.js';
import { inputSchema, type JsonSchema, outputSchema } from './json-schema.js';

/** A tool as it is listed to clients, before the configuration is applied. */
export interface ListedTool extends Pick<Declaration, 'title' | 'description' | 'api' | 'effect'> {
  readonly name: string;
  /** The names of its toolsets, its own first. */
  readonly sets: readonly string[];
  readonly view?: View | undefined;
  readonly inputSchema: JsonSchema;
  readonly outputSchema: JsonSchema;
}

/** A resource as it is listed to clients. */
export interface ListedResource {
  readonly uri: `manychat://${string}`;
  readonly title: string;
  readonly description: string;
  readonly mimeType: string;
  /** The tool that reads it. Undefined for a text of this server. */
  readonly tool?: string | undefined;
  /** As in a Resource. */
  readonly ofAccount?: string | undefined;
  readonly changes?: true | undefined;
}

/** Everything that can be listed to clients. It can be serialised as JSON. */
export interface Catalogue {
  readonly tools: readonly ListedTool[];
  readonly resources: readonly ListedResource[];
  /** The skill of `skills/manychat`, as Markdown with its front matter. */
  readonly skill: string;
  /** The additional input of a ManyChat tool if no connection is pinned. */
  readonly connectionArgument: JsonSchema;
  /** In a dry run, the output of tools that write or send. */
  readonly dryRunResult: JsonSchema;
}

function listedTool(declaration: Tool['declaration']): ListedTool {
  const { name, title, description, api, effect, view, input, output } = declaration;
  return {
    name,
    sets: toolsetsOf(declaration),
    title,
    description,
    api,
    effect,
    view,
    get inputSchema() {
      return inputSchema(input);
    },
    get outputSchema() {
      return outputSchema(output.schema);
    },
  };
}

/** The source of the skill. This file runs from src/ and, compiled, from dist/src/. */
function skillText(): string {
  const [url] = ['../../../', '../../../../']
    .map((up) => new URL(`${up}skills/manychat/SKILL.md`, import.meta.url))
    .filter((each) => existsSync(each));
  if (url === undefined) throw new Error('no skills/manychat/SKILL.md above this file');
  return readFileSync(url, 'utf8');
}

/**
 * The catalogue, derived from the declarations. The build replaces this file with the result: a server lists its tools as
 * soon as it starts, and needs the declarations only for the first call.
 */
export const catalogue: Catalogue = {
  tools: declarations.map(listedTool),
  resources: resources.map(({ uri, title, description, content, ofAccount, changes }) => ({
    uri,
    title,
    description,
    mimeType: 'markdown' in content ? 'text/markdown' : 'application/json',
    tool: 'tool' in content ? content.tool.name : undefined,
    ofAccount,
    changes,
  })),
  get skill() {
    return skillText();
  },
  get connectionArgument() {
    return inputSchema(connectionArgument);
  },
  get dryRunResult() {
    return outputSchema(dryRunResult);
  },
};
