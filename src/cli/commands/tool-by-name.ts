import { quoted } from '../../../tools/contract/quoted.js';
import { declarations } from '../../../tools/index.js';
import type { Tool } from '../../account/policy/tool.js';
import { UsageError } from '../../config/usage-error.js';
import { closest } from '../../text/closest.js';

/**
 * Finds an offered tool by its name, with or without the prefix `manychat_`.
 * @param program the words that start this program, for the error.
 * @throws UsageError if the tool is not offered, or does not exist.
 */
export function toolNamed<Offered extends Tool>(
  name: string,
  tools: readonly Offered[],
  program = 'manychat-mcp',
): Offered {
  const names = [name, `manychat_${name}`];
  const tool = tools.find(({ declaration }) => names.includes(declaration.name));
  if (tool !== undefined) return tool;
  const excluded = declarations.find((declaration) => names.includes(declaration.name));
  if (excluded !== undefined) {
    const keyReason = excluded.api === 'connections' ? ', or it needs MATON_API_KEY' : '';
    throw new UsageError(
      `${excluded.name} is not offered: --exclude-tools, --tools, --toolsets or --read-only leaves it out${keyReason}`,
    );
  }
  const choices = tools.map(({ declaration }) => ({
    label: declaration.name,
    names: [declaration.name, declaration.name.replace('manychat_', '')],
  }));
  const [near] = closest(name, choices, 1);
  const suggestion = near === undefined ? '.' : `; did you mean ${near.label}?`;
  throw new UsageError(`there is no tool ${quoted(name)}${suggestion} See ${program} tools`);
}
