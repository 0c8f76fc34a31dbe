import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { type Zippable, zipSync } from 'fflate';
import { catalogue } from '../../src/mcp/listing/catalogue.js';
import { facts, pathOf, program } from '../root.js';
import { keyHelp } from './key-help.js';
import { skillFile } from './plugins.js';
import { isSecret } from './server-json.js';

/** The path of the built bundle for desktop clients. */
export const mcpbPath = pathOf(`dist/${facts.name}.mcpb`);

const entryPoint = `server/${basename(program)}`;

/** The settings that the installation dialog asks for. Either key is enough, and the sandbox needs none. */
const userConfig = [
  { key: 'manychat_api_key', setting: 'MANYCHAT_API_KEY', title: 'ManyChat key', type: 'string' },
  { key: 'maton_api_key', setting: 'MATON_API_KEY', title: 'Maton key', type: 'string' },
  { key: 'sandbox', setting: 'MANYCHAT_MCP_SANDBOX', title: 'Try the sandbox', type: 'boolean' },
  { key: 'read_only', setting: 'MANYCHAT_MCP_READ_ONLY', title: 'Read only', type: 'boolean' },
  { key: 'connection_id', setting: 'MATON_CONNECTION_ID', title: 'Maton connection', type: 'string' },
] as const;

/** What the dialog says about the other settings, for people who never saw a command line. */
const dialogTexts: Readonly<Record<string, string>> = {
  MANYCHAT_MCP_SANDBOX:
    'A simulated account for looking around. While this is on, your key is not used and nobody receives anything. Switch it off to use your own account.',
  MANYCHAT_MCP_READ_ONLY: 'The assistant can look things up, but changes and sends nothing.',
  MATON_CONNECTION_ID:
    'Leave it empty, unless your Maton key reaches several ManyChat accounts and only one is to be used: then enter the id of its connection.',
};

/** The manifest of the bundle, by version 0.3 of the MCPB specification. */
export const manifest = {
  manifest_version: '0.3',
  name: facts.name,
  display_name: 'ManyChat',
  version: facts.version,
  description: facts.description,
  long_description:
    "Looks up contacts, sets tags and fields, starts flows and sends messages in your ManyChat account. Enter one key: ManyChat's own (Pro plan) or that of the Maton gateway. To look around without an account, switch on the sandbox.",
  author: { name: facts.author },
  repository: { type: 'git', url: facts.repository.url.replace(/^git\+/, '') },
  homepage: facts.homepage,
  support: facts.bugs.url,
  license: facts.license,
  keywords: facts.keywords,
  server: {
    type: 'node',
    entry_point: entryPoint,
    mcp_config: {
      command: 'node',
      args: [`\${__dirname}/${entryPoint}`],
      env: Object.fromEntries(userConfig.map(({ key, setting }) => [setting, `\${user_config.${key}}`])),
    },
  },
  // The dialog for installation cannot turn on that contacts are heard.
  tools: catalogue.tools.filter(({ api }) => api !== 'inbox').map(({ name, title }) => ({ name, description: title })),
  prompts_generated: true,
  user_config: Object.fromEntries(
    userConfig.map(({ key, setting, title, type }) => [
      key,
      {
        type,
        title,
        description: keyHelp[setting] ?? dialogTexts[setting] ?? '',
        required: false,
        ...(type === 'string' ? { sensitive: isSecret({ name: setting }) } : { default: false }),
      },
    ]),
  ),
  compatibility: { platforms: ['darwin', 'win32', 'linux'], runtimes: { node: facts.engines.node } },
};

/** The files of the built program, with their paths in `folder`. */
function programFiles(folder: string): [string, Uint8Array][] {
  const built = dirname(program);
  const main = [basename(program), `${basename(program)}.map`];
  const loadedLater = ['bundle', 'pages'].flatMap((part) =>
    readdirSync(join(built, part)).map((name) => `${part}/${name}`),
  );
  return [...main, ...loadedLater].map((name) => [`${folder}/${name}`, readFileSync(join(built, name))]);
}

/** The bundle as a zip archive. The same program gives the same bytes. */
export function mcpb(): Uint8Array {
  if (!existsSync(program)) throw new Error('the program is not built yet');
  const text = (value: unknown): Uint8Array => Buffer.from(`${JSON.stringify(value, undefined, 2)}\n`);
  const files: Zippable = Object.fromEntries([
    ['manifest.json', text(manifest)],
    // Without this, Node.js reads each file twice to find out that it is a module.
    ['package.json', text({ name: facts.name, version: facts.version, type: 'module', private: true })],
    ...programFiles('server'),
    // The format has no place for skills: it is there for people who unpack the bundle.
    [skillFile, readFileSync(pathOf(skillFile))],
    ['LICENSE', readFileSync(pathOf('LICENSE'))],
    ['THIRD-PARTY-NOTICES', readFileSync(pathOf('dist/THIRD-PARTY-NOTICES'))],
  ] satisfies [string, Uint8Array][]);
  return zipSync(files, { level: 9, mtime: new Date(1980, 0, 1) });
}
