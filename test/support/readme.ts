import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Tool } from '@modelcontextprotocol/client';
import { connectProgram } from './program.js';

/** This file runs from test/support and, compiled, from dist/test/support. */
const root = ['../../', '../../../']
  .map((up) => new URL(up, import.meta.url))
  .find((url) => existsSync(new URL('package.json', url)));

/** Where the README is. */
export const readmePath = fileURLToPath(new URL('README.md', root));

function change({ annotations }: Tool): string {
  if (annotations?.readOnlyHint === true) return 'reads';
  if (annotations?.destructiveHint !== true) return 'changes';
  return annotations.idempotentHint === true ? 'removes' : 'sends';
}

const row = (tool: Tool): string => `| \`${tool.name}\` | ${tool.title} | ${change(tool)} |`;

/** The README with its list of tools as a client sees them now. */
export async function withTools(readme: string): Promise<string> {
  const { client } = await connectProgram({ MATON_API_KEY: 'nobody' });
  const { tools } = await client.listTools();
  await client.close();
  const table = ['| tool | what | |', '| --- | --- | --- |', ...tools.map(row)].join('\n');
  return readme.replace(/(<!-- tools -->\n)[\s\S]*?(<!-- end of tools -->)/, `$1${table}\n$2`);
}
