import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Client, Tool } from '@modelcontextprotocol/client';
import { snippets } from '../../scripts/package/clients.js';
import { pathOf } from '../../scripts/root.js';
import { instruments, spanAttributes } from '../../src/account/telemetry/instruments.js';
import { documentedSettings } from '../../src/config/settings.js';
import { capabilities, capabilityNames } from '../../tools/contract/capabilities.js';
import { effectRules } from '../../tools/contract/effect.js';
import { kindMeanings } from '../../tools/contract/failure.js';
import { toolsets, toolsFor } from '../../tools/index.js';
import {
  accountColumnScreen,
  accountMissingScreen,
  accountsFileText,
  accountsScreen,
  accountTokens,
} from './accounts-screens.js';
import { hearingClient } from './hearing-client.js';
import { runHere } from './shell.js';
import { transcript } from './transcript.js';

/** The documents of the repository, by their paths from the root. */
export const documents: readonly string[] = ['.', 'docs'].flatMap((folder) =>
  readdirSync(pathOf(folder))
    .filter((name) => name.endsWith('.md'))
    .toSorted()
    .map((name) => (folder === '.' ? name : `${folder}/${name}`)),
);

const block = (language: string, text: string): string => `\`\`\`${language}\n${text}\n\`\`\``;

const table = (headings: readonly string[], rows: readonly (readonly string[])[]): string =>
  [headings, headings.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');

const code = (text: string): string => `\`${text}\``;

function effectOf({ annotations }: Tool): string {
  if (annotations?.readOnlyHint === true) return 'reads';
  if (annotations?.destructiveHint !== true) return 'changes';
  return annotations.idempotentHint === true ? 'removes' : 'sends';
}

/** The first statement of a description, up to a full stop, semicolon or colon; one inside parentheses goes with them. */
const firstStatement = (text = ''): string =>
  text
    .replace(/ \([^()]*[.;:] [^()]*\)/g, '')
    .replace(/[.;:] [\s\S]*$/, '')
    .replace(/\.$/, '');

const setsOf = (tool: string): string =>
  Object.entries(toolsets)
    .flatMap(([set, tools]) => (tools.some(({ name }) => name === tool) ? set : []))
    .join(', ');

/** What a client sees of the program, with an account that hears its contacts. */
async function asClient<Seen>(look: (client: Client) => Promise<Seen>): Promise<Seen> {
  const client = await hearingClient();
  return look(client).finally(() => client.close());
}

async function toolTable(): Promise<string> {
  const { tools } = await asClient((client) => client.listTools());
  const rows = tools.map((tool) => [
    setsOf(tool.name),
    code(tool.name),
    firstStatement(tool.description),
    effectOf(tool),
  ]);
  return table(['set', 'tool', 'what it does', 'effect'], rows);
}

async function promptTable(): Promise<string> {
  const { prompts } = await asClient((client) => client.listPrompts());
  return table(
    ['prompt', 'what it does'],
    prompts.map(({ name, description = '' }) => [code(name), description]),
  );
}

async function resourceTable(): Promise<string> {
  const { resources } = await asClient((client) => client.listResources());
  return table(
    ['resource', 'what it holds'],
    resources.map(({ uri, description = '' }) => [code(uri), description]),
  );
}

const settingTable = (): string =>
  table(
    ['variable', 'flag', 'meaning'],
    documentedSettings.map(({ name, flag, serving, inbound, description }) => [
      code(name),
      flag === undefined ? '' : code(serving === true || inbound === true ? `serve --${flag}` : `--${flag}`),
      description,
    ]),
  );

const exclusionTable = (): string =>
  table(
    ['if you exclude all of', 'this is forbidden too'],
    capabilityNames.flatMap((name) => {
      const capability = capabilities[name];
      if (!('elsewhere' in capability)) return [];
      return [[toolsFor(name).map(code).join(', '), `to ${capability.what}: ${capability.elsewhere}`]];
    }),
  );

const toolsetTable = (): string =>
  table(
    ['set', 'number of tools'],
    Object.entries(toolsets).map(([name, tools]) => [code(name), String(tools.length)]),
  );

const yesNo = (value: boolean): string => (value ? 'yes' : 'no');

const effectTable = (): string =>
  table(
    ['effect', 'read-only', 'destructive', 'idempotent', 'retried after a lost response'],
    Object.entries(effectRules).map(([effect, { readOnly, destructive, idempotent, repeatable }]) => [
      code(effect),
      ...[readOnly, destructive, idempotent, repeatable].map(yesNo),
    ]),
  );

const measurementTable = (): string =>
  table(
    ['name', 'kind and unit', 'what it measures', 'attributes'],
    Object.values(instruments).map(({ name, kind, unit, description, attributes }) => [
      code(name),
      `${kind}, ${code(unit)}`,
      description,
      attributes.map(code).join(', '),
    ]),
  );

const spanTable = (): string =>
  table(
    ['attributes of a span'],
    [...instruments.operation.attributes, ...spanAttributes].map((name) => [code(name)]),
  );

const help = async (...args: string[]): Promise<string> => {
  const { out } = await runHere([...args, '--help'], {}, { program: 'npx manychat-mcp' });
  return block('text', out);
};

const orders = `Email,first_name
maria.garcia@example.com,Maria
John@Example.com,
anna@example.com,Anna
tom@example.com or tom@example.org,Tom
MARIA.GARCIA@example.com,Mia
`;

/** What a command prints on a terminal that works with `orders.csv`, a table of emails. */
async function withOrders(...args: readonly string[]): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'manychat-mcp-'));
  try {
    const path = join(folder, 'orders.csv');
    writeFileSync(path, orders);
    const words = args.map((word) => (word === 'orders.csv' ? path : word));
    const { out, err } = await runHere([...words, '--sandbox'], {}, { interactive: true });
    const lines = `${err}\n${out}`.split('\n').filter((line) => !line.endsWith('\r'));
    return block('text', lines.join('\n').replaceAll(`${folder}/`, ''));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** About how many tokens several accounts add to what a model sees. */
const tokenTable = (): string =>
  table(
    ['accounts', 'tokens more, about'],
    [3, 8, 50].map((count) => {
      const added = accountTokens(count) - accountTokens(1);
      return [String(count), (Math.round(added / 500) * 500).toLocaleString('en')];
    }),
  );

/** The generated sections, by the name in their marks: `<!-- name -->` and `<!-- end of name -->`. */
const generators: Readonly<Record<string, () => string | Promise<string>>> = {
  transcript: async () => block('text', await transcript()),
  'config file': () => snippets.configFile,
  'claude mcp add': () => snippets.claudeCode,
  'codex mcp add': () => snippets.codex,
  'codex config': () => snippets.codexConfig,
  'vs code': () => snippets.vsCode,
  'accounts file': () => block('json', accountsFileText()),
  'accounts command': async () => block('text', await accountsScreen()),
  'bulk with accounts': async () => block('text', await accountColumnScreen()),
  'call without an account': async () => block('json', await accountMissingScreen()),
  'tokens of accounts': tokenTable,
  settings: settingTable,
  exclusions: exclusionTable,
  effects: effectTable,
  tools: toolTable,
  toolsets: toolsetTable,
  prompts: promptTable,
  resources: resourceTable,
  measurements: measurementTable,
  'span attributes': spanTable,
  kinds: () =>
    table(
      ['kind', 'when'],
      Object.entries(kindMeanings).map(([kind, when]) => [code(kind), when]),
    ),
  help: () => help(),
  'help of bulk': () => help('bulk'),
  'dry run by emails': () =>
    withOrders('bulk', 'orders.csv', '--match-email', '--send-text', 'Hi {{first_name|there}}!', '--dry-run'),
  'resolved table': () => withOrders('resolve', 'orders.csv', '--match-email'),
  'help of resolve': () => help('resolve'),
  'mistake in arguments': async () => {
    const args = ['call', 'find_subscribers_by_name', '{name:Maria Garcia}'];
    const { message } = await runHere(args, {}, { program: 'npx manychat-mcp' }).then(
      () => new Error('nothing is wrong'),
      (error: Error) => error,
    );
    return block('text', `manychat-mcp: ${message}`);
  },
  'description of a tool': async () => {
    const { out } = await runHere(['tools', 'set_custom_fields'], {}, { program: 'npx manychat-mcp' });
    return block('text', out);
  },
};

/** The names of all generated sections. */
export const sectionNames: readonly string[] = Object.keys(generators);

const sections = new Map<string, Promise<string>>();

/** A section as the program has it now, generated once. */
function section(name: string): Promise<string> {
  const generate = generators[name];
  if (generate === undefined) throw new Error(`no section is called "${name}"`);
  const text = sections.get(name) ?? Promise.resolve(generate());
  sections.set(name, text);
  return text;
}

/** The names of the generated sections in a document. */
export const sectionsIn = (document: string): string[] =>
  [...document.matchAll(/^<!-- (?!end of )([\w ]+) -->$/gm)].map(([, name = '']) => name);

/**
 * A document with its generated sections as the program has them now.
 * @throws for a mark that names no section, or that has no end.
 */
export async function withGenerated(document: string): Promise<string> {
  let text = document;
  for (const name of sectionsIn(document)) {
    const [start, end] = [`<!-- ${name} -->\n`, `\n<!-- end of ${name} -->`];
    const [from, to] = [text.indexOf(start), text.indexOf(end)];
    if (to < from) throw new Error(`the section "${name}" has no end`);
    text = `${text.slice(0, from)}${start}${await section(name)}${text.slice(to)}`;
  }
  return text;
}
