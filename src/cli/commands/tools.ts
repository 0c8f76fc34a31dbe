import { isObject } from '../../../tools/contract/json.js';
import { declarations } from '../../../tools/index.js';
import { offeredTools, type Tool } from '../../account/policy/tool.js';
import type { Config } from '../../config/config.js';
import { jsonSchema } from '../../mcp/listing/json-schema.js';
import { type ExitCode, exitCodes } from '../exit-codes.js';
import type { Shell } from '../shell.js';
import { toolNamed } from '../tool-by-name.js';

/** A tool as a client sees it, its effect in the place of its annotations. */
function asListed({ declaration, input, output }: Tool) {
  const { name, title, description, effect } = declaration;
  return {
    name,
    title,
    description,
    effect,
    inputSchema: jsonSchema(input, 'input'),
    outputSchema: jsonSchema(output, 'output'),
  };
}

/** What kind of value a schema takes, in a word. */
function typeOf(schema: Readonly<Record<string, unknown>>): string {
  if (Array.isArray(schema.enum)) return schema.enum.map(String).join(' | ');
  if (Array.isArray(schema.anyOf)) return schema.anyOf.filter(isObject).map(typeOf).join(' | ');
  return typeof schema.type === 'string' ? schema.type : 'any';
}

/** Breaks a text into lines of at most so many characters. */
function wrapped(text: string, width: number): string[] {
  const lines = [''];
  for (const word of text.split(' ')) {
    const last = lines.at(-1) ?? '';
    if (last !== '' && last.length + word.length + 1 > width) lines.push(word);
    else lines[lines.length - 1] = last === '' ? word : `${last} ${word}`;
  }
  return lines;
}

function described(tool: Tool, columns: number): string[] {
  const { name, title, description, example } = tool.declaration;
  const { properties = {}, required = [] } = jsonSchema(tool.input, 'input');
  const args = Object.entries(isObject(properties) ? properties : {}).flatMap(([key, schema]) => {
    if (!isObject(schema)) return [];
    const must = Array.isArray(required) && required.includes(key) ? ', required' : '';
    const about = typeof schema.description === 'string' ? schema.description : '';
    return [`  ${key} (${typeOf(schema)}${must})`, ...wrapped(about, columns - 6).map((line) => `      ${line}`)];
  });
  return [
    `${name}: ${title}`,
    '',
    ...wrapped(description, columns),
    '',
    args.length === 0 ? 'No arguments.' : 'Arguments',
    ...args,
    '',
    'Example',
    `  manychat-mcp call ${name}${args.length === 0 ? '' : ` '${JSON.stringify(example).replaceAll("'", "'\\''")}'`}`,
  ];
}

/** Lists the tools that this configuration offers, or describes one; needs no key and makes no call. */
export async function showTools(
  config: Config,
  name: string | undefined,
  { json = false }: { json?: boolean },
  { print, columns }: Shell,
): Promise<ExitCode> {
  const tools = offeredTools(declarations, config.account);
  const shown = name === undefined ? tools : [toolNamed(name, tools)];
  if (json) {
    const listed = shown.map(asListed);
    print(JSON.stringify(name === undefined ? { tools: listed } : listed[0], undefined, 2));
  } else if (name === undefined) {
    const width = Math.max(...tools.map(({ declaration }) => declaration.name.length));
    for (const { declaration } of tools) print(`${declaration.name.padEnd(width)}  ${declaration.title}`);
  } else {
    for (const tool of shown) for (const line of described(tool, Math.min(columns, 100))) print(line);
  }
  return exitCodes.done;
}
