import { quoted } from '../../tools/contract/quoted.js';
import { declarations } from '../../tools/index.js';
import type { Tool } from '../account/policy/tool.js';
import { UsageError } from '../config/usage-error.js';
import { closest } from '../text/closest.js';

/** The tool of this name, which may lack its prefix. */
export function toolNamed(name: string, tools: readonly Tool[]): Tool {
  const tool = tools.find(({ declaration }) => [name, `manychat_${name}`].includes(declaration.name));
  if (tool !== undefined) return tool;
  const left = declarations.find((declaration) => [name, `manychat_${name}`].includes(declaration.name));
  if (left !== undefined) {
    const without = left.api === 'connections' ? ', or it needs MATON_API_KEY' : '';
    throw new UsageError(
      `${left.name} is not offered: --exclude-tools, --tools, --toolsets or --read-only leaves it out${without}`,
    );
  }
  const choices = tools.map(({ declaration }) => ({
    label: declaration.name,
    names: [declaration.name, declaration.name.replace('manychat_', '')],
  }));
  const [near] = closest(name, choices, 1);
  const meant = near === undefined ? '.' : `; did you mean ${near.label}?`;
  throw new UsageError(`there is no tool ${quoted(name)}${meant} See manychat-mcp tools`);
}
