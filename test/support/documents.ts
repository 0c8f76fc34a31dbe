import type { Tool } from '@modelcontextprotocol/client';
import { clientsSection } from '../../scripts/package/clients.js';
import { pathOf } from '../../scripts/root.js';
import { documentedSettings } from '../../src/config/settings.js';
import { capabilities, capabilityNames } from '../../tools/contract/capabilities.js';
import { kindMeanings } from '../../tools/contract/failure.js';
import { connectProgram } from './program.js';
import { runHere } from './shell.js';
import { transcript } from './transcript.js';

/** Where the README is. */
export const readmePath = pathOf('README.md');

function change({ annotations }: Tool): string {
  if (annotations?.readOnlyHint === true) return 'reads';
  if (annotations?.destructiveHint !== true) return 'changes';
  return annotations.idempotentHint === true ? 'removes' : 'sends';
}

const row = (tool: Tool): string => `| \`${tool.name}\` | ${tool.title} | ${change(tool)} |`;

async function toolTable(): Promise<string> {
  const { client } = await connectProgram({ MATON_API_KEY: 'nobody' });
  const { tools } = await client.listTools();
  await client.close();
  return ['| tool | what | |', '| --- | --- | --- |', ...tools.map(row)].join('\n');
}

/** What the README says by the program's own word, by the name of the mark it stands behind. */
const sections: Readonly<Record<string, () => Promise<string>>> = {
  transcript: async () => `\`\`\`text\n${await transcript()}\n\`\`\``,
  settings: async () =>
    [
      '| variable | flag | meaning |',
      '| --- | --- | --- |',
      ...documentedSettings.map(({ name, flag, description }) => {
        const own = flag === undefined ? '' : `\`--${flag}\``;
        return `| \`${name}\` | ${own} | ${description} |`;
      }),
    ].join('\n'),
  clients: async () => clientsSection,
  tools: toolTable,
  help: async () => `\`\`\`text\n${(await runHere(['--help'], {})).out}\n\`\`\``,
  'help of bulk': async () => {
    const { out } = await runHere(['bulk', '--help'], {});
    return `\`\`\`text\n${out.replace(/\n\nGlobal Options:[\s\S]*/, '')}\n\`\`\``;
  },
  exclusions: async () =>
    [
      '| excluding all of | forbids as well |',
      '| --- | --- |',
      ...capabilityNames.flatMap((name) => {
        const purpose = capabilities[name];
        if (!('elsewhere' in purpose)) return [];
        const tools = purpose.tools.map((tool) => `\`${tool}\``).join(', ');
        return [`| ${tools} | to ${purpose.what}: ${purpose.elsewhere} |`];
      }),
    ].join('\n'),
  kinds: async () =>
    [
      '| kind | when |',
      '| --- | --- |',
      ...Object.entries(kindMeanings).map(([kind, when]) => `| \`${kind}\` | ${when} |`),
    ].join('\n'),
};

/** The README with everything that is generated as the program has it now. */
export async function withGenerated(readme: string): Promise<string> {
  let text = readme;
  for (const [name, section] of Object.entries(sections)) {
    const [start, end] = [`<!-- ${name} -->\n`, `<!-- end of ${name} -->`];
    const [from, to] = [text.indexOf(start), text.indexOf(end)];
    if (from < 0 || to < from) throw new Error(`the README has no place for ${name}`);
    text = `${text.slice(0, from)}${start}${await section()}\n${text.slice(to)}`;
  }
  return text;
}
