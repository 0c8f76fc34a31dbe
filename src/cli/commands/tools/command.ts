import { Help } from 'commander';
import { isObject } from '../../../../tools/contract/json.js';
import { declarations } from '../../../../tools/index.js';
import { offeredTools, type Tool } from '../../../account/policy/tool.js';
import type { Config } from '../../../config/config.js';
import { inputSchema, outputSchema } from '../../../mcp/listing/json-schema.js';
import { type ExitCode, exitCodes } from '../../shell/exit-codes.js';
import type { Shell } from '../../shell/shell.js';
import { toolNamed } from '../tool-by-name.js';

const widestText = 100;

/** A tool as a client lists it, with its effect instead of annotations. */
function listing({ declaration, input, output }: Tool, results: Config['results']) {
  const { name, title, description, effect } = declaration;
  return {
    name,
    title,
    description,
    effect,
    inputSchema: inputSchema(input),
    ...(results !== 'text' && { outputSchema: outputSchema(output) }),
  };
}

/** The type of a schema's values in a few words: its choices, alternatives or JSON type. */
function typeText(schema: Readonly<Record<string, unknown>>): string {
  if (Array.isArray(schema.enum)) return schema.enum.map(String).join(' | ');
  if (Array.isArray(schema.anyOf)) return schema.anyOf.filter(isObject).map(typeText).join(' | ');
  return typeof schema.type === 'string' ? schema.type : 'any';
}

const wrapped = (text: string, width: number): string[] => new Help().boxWrap(text, width).split('\n');

const shellQuoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

function descriptionLines(tool: Tool, width: number): string[] {
  const { name, title, description, example } = tool.declaration;
  const { properties = {}, required = [] } = inputSchema(tool.input);
  const argumentLines = Object.entries(isObject(properties) ? properties : {}).flatMap(([key, schema]) => {
    if (!isObject(schema)) return [];
    const suffix = Array.isArray(required) && required.includes(key) ? ', required' : '';
    const about = typeof schema.description === 'string' ? schema.description : '';
    return [`  ${key} (${typeText(schema)}${suffix})`, ...wrapped(about, width - 6).map((line) => `      ${line}`)];
  });
  const hasArguments = argumentLines.length > 0;
  return [
    `${name}: ${title}`,
    '',
    ...wrapped(description, width),
    '',
    hasArguments ? 'Arguments' : 'No arguments.',
    ...argumentLines,
    '',
    'Example',
    `  manychat-mcp call ${name}${hasArguments ? ` ${shellQuoted(JSON.stringify(example))}` : ''}`,
  ];
}

/** Lists the tools that a configuration offers, or describes one of them. Needs no key and makes no request. */
export async function showTools(
  config: Config,
  name: string | undefined,
  { json = false }: { json?: boolean },
  { print, columns }: Shell,
): Promise<ExitCode> {
  const tools = offeredTools(declarations, config.account);
  if (name !== undefined) {
    const tool = toolNamed(name, tools);
    if (json) print(JSON.stringify(listing(tool, config.results), undefined, 2));
    else for (const line of descriptionLines(tool, Math.min(columns, widestText))) print(line);
  } else if (json) {
    print(JSON.stringify({ tools: tools.map((tool) => listing(tool, config.results)) }, undefined, 2));
  } else {
    const nameWidth = Math.max(...tools.map(({ declaration }) => declaration.name.length));
    for (const { declaration } of tools) print(`${declaration.name.padEnd(nameWidth)}  ${declaration.title}`);
  }
  return exitCodes.done;
}
