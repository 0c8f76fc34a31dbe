import { Help } from 'commander';
import { asObject } from '../../../../tools/contract/json.js';
import { declarations } from '../../../../tools/index.js';
import { type JointTool, jointTools, offeredTools } from '../../../account/policy/tool.js';
import type { AccountsFile } from '../../../config/accounts/accounts-file.js';
import { namedAccounts, settingsWithoutKey } from '../../../config/accounts/choice.js';
import type { Config } from '../../../config/config.js';
import { withAccount } from '../../../mcp/listing/account-argument.js';
import { inputSchema, outputSchema, wholeInputSchema } from '../../../mcp/listing/json-schema.js';
import { type ExitCode, exitCodes } from '../../shell/exit-codes.js';
import type { Shell } from '../../shell/shell.js';
import { notOffered } from '../serve/offers.js';
import { toolNamed } from '../tool-by-name.js';
import { argumentWords } from './example.js';
import { createShapes, type Shape } from './shapes.js';

const widestText = 100;

/** A tool as a client lists it, with its effect instead of annotations. */
function listing({ declaration, input, output, accounts }: JointTool, results: Config['results']) {
  const { name, title, description, effect } = declaration;
  return {
    name,
    title,
    description,
    effect,
    inputSchema: withAccount(inputSchema(input), accounts),
    ...(results !== 'text' && { outputSchema: outputSchema(output) }),
  };
}

const wrapped = (text: string, width: number): string[] => new Help().boxWrap(text, width).split('\n');

const indented = (text: string, width: number, indent: string): string[] =>
  wrapped(text, width - indent.length).map((line) => indent + line);

/** Properties in braces, broken between two of them where that is possible. */
function formLines(properties: readonly string[], width: number): string[] {
  const lines: string[] = [];
  let line = '{ ';
  properties.forEach((property, index) => {
    const part = property + (index === properties.length - 1 ? ' }' : ',');
    if (line.trim().length > 1 && line.length + part.length > width) {
      lines.push(line.trimEnd());
      line = '  ';
    }
    line += `${part} `;
  });
  return [...lines, line.trimEnd()].flatMap((each) => {
    const [first = '', ...rest] = wrapped(each.trimStart(), width - 4);
    const indent = each.startsWith(' ') ? '  ' : '';
    return [indent + first, ...rest.map((more) => `    ${more}`)];
  });
}

/** Lines about the parts of arguments that have a shape of their own. */
function shapeLines(shapes: readonly Shape[], width: number): string[] {
  if (shapes.length === 0) return [];
  const lines = shapes.flatMap(({ name, forms }) => [
    `  ${name}${forms.length > 1 ? ', one of' : ''}`,
    ...forms.flatMap((form) => formLines(form, width - 6).map((line) => `      ${line}`)),
  ]);
  return ['', 'What they hold (? is optional; what has no type is a text)', ...lines];
}

function descriptionLines(tool: JointTool, { program, columns, platform }: Shell): string[] {
  const width = Math.min(columns, widestText);
  const { name, title, description, example } = tool.declaration;
  const { properties = {}, required = [] } = withAccount(wholeInputSchema(tool.input), tool.accounts);
  const { typeText, shapes } = createShapes();
  const argumentLines = Object.entries(asObject(properties)).flatMap(([key, value]) => {
    const schema = asObject(value);
    const suffix = Array.isArray(required) && required.includes(key) ? ', required' : '';
    const about = typeof schema.description === 'string' ? schema.description : '';
    const type = typeText(key, schema);
    return [
      ...indented(`${key} (${type === key ? 'as below' : type}${suffix})`, width, '  '),
      ...(about === '' ? [] : indented(about, width, '      ')),
    ];
  });
  const hasArguments = argumentLines.length > 0;
  const args = { ...(tool.accounts.length > 0 && { account: 'NAME' }), ...example };
  return [
    ...wrapped(`${name}: ${title}`, width),
    '',
    ...wrapped(description, width),
    '',
    hasArguments ? 'Arguments' : 'No arguments.',
    ...argumentLines,
    ...shapeLines(shapes(), width),
    '',
    'Example',
    `  ${[program, 'call', name, ...(hasArguments ? argumentWords(args, properties, platform) : [])].join(' ')}`,
  ];
}

/** The tools that a client is offered. */
function toolsOf(config: Config, file: AccountsFile | undefined): JointTool[] {
  const accounts = file?.accounts ?? [];
  const [only, ...others] = accounts;
  if (others.length > 0) return jointTools(declarations, accounts, config.account.policy);
  const settings = only === undefined ? config.account : settingsWithoutKey(config, only);
  return offeredTools(declarations, settings).map((tool) => ({ ...tool, accounts: [] }));
}

/** Lists the tools that a configuration offers, or describes one of them. Needs no key and makes no request. */
export async function showTools(
  config: Config,
  name: string | undefined,
  { json = false }: { json?: boolean },
  shell: Shell,
): Promise<ExitCode> {
  const { print, note } = shell;
  const file = await namedAccounts(config, shell);
  for (const reason of notOffered(config, file)) note(reason);
  const tools = toolsOf(config, file);
  if (name !== undefined) {
    const tool = toolNamed(name, tools, shell.program);
    if (json) print(JSON.stringify(listing(tool, config.results), undefined, 2));
    else for (const line of descriptionLines(tool, shell)) print(line);
  } else if (json) {
    print(JSON.stringify({ tools: tools.map((tool) => listing(tool, config.results)) }, undefined, 2));
  } else {
    const nameWidth = Math.max(...tools.map(({ declaration }) => declaration.name.length));
    for (const { declaration } of tools) print(`${declaration.name.padEnd(nameWidth)}  ${declaration.title}`);
  }
  return exitCodes.done;
}
