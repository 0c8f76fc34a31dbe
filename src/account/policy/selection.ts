import * as z from 'zod';
import { catalogue } from '../../mcp/listing/catalogue.js';
import { closest } from '../../text/closest.js';

const withoutPrefix = (name: string): string => name.replace(/^manychat_/, '');

/** What can have been meant for a name; anything else, as a key pasted into the wrong place, is not shown. */
const presentable = /^[a-z_ -]{1,60}$/i;

/** A list of names, separated by commas, each one of the choices; prefixes of tools may be left out. */
const names = (what: string, choices: readonly string[]) =>
  z
    .string()
    .transform((text, context): string[] => {
      const given = text.split(',').map((name) => name.trim());
      return given
        .filter((name) => name !== '')
        .map((name) => {
          const found = choices.find((choice) => choice === name || withoutPrefix(choice) === name);
          if (found !== undefined) return found;
          if (!presentable.test(name)) {
            context.addIssue({ code: 'custom', message: `names something that is no name of a ${what}` });
            return name;
          }
          const near = closest(
            name,
            choices.map((choice) => ({ label: choice, names: [choice, withoutPrefix(choice)] })),
          );
          const which = choices.length < 12 ? choices : near.map(({ label }) => label);
          const message = `names ${JSON.stringify(name)}, which is no ${what}; ${choices.length < 12 ? 'there are' : 'the closest are'} ${which.join(', ')}`;
          context.addIssue({ code: 'custom', message });
          return name;
        });
    })
    .optional();

const toolNames: readonly string[] = catalogue.tools.map(({ name }) => name);

/** The settings that say which tools are offered. */
export const selectionSettings = {
  MANYCHAT_MCP_TOOLSETS: names('toolset', [...new Set(catalogue.tools.map(({ set }) => set))]),
  MANYCHAT_MCP_TOOLS: names('tool', toolNames),
  MANYCHAT_MCP_EXCLUDE_TOOLS: names('tool', toolNames),
};

/** Names of tools: those of the sets and those named, everything where neither is given, without those excluded. */
export function selectTools(
  sets: readonly string[] | undefined,
  tools: readonly string[] | undefined,
  excluded: readonly string[] | undefined,
): ReadonlySet<string> {
  const ofSets = catalogue.tools.filter(({ set }) => sets?.includes(set) === true).map(({ name }) => name);
  const chosen = sets === undefined && tools === undefined ? toolNames : [...ofSets, ...(tools ?? [])];
  return new Set(chosen.filter((name) => excluded?.includes(name) !== true));
}
