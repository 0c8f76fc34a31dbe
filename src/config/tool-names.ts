import { closest } from '../text/closest.js';

/** A tool that exists, and the toolsets that it is in, its own first. */
export interface KnownTool {
  readonly name: string;
  readonly sets: readonly string[];
}

/** Names of toolsets and tools as the settings give them; absent where a setting is absent. */
export interface NamedTools {
  readonly toolsets?: readonly string[] | undefined;
  readonly tools?: readonly string[] | undefined;
  readonly excluded?: readonly string[] | undefined;
}

/** A toolset or a tool that a setting names, and its tools. */
export interface NamedGroup {
  /** Such as `the toolset tags`. */
  readonly label: string;
  readonly tools: readonly string[];
}

/** The tools that the names select, and what is wrong with the names. */
export interface SelectedTools {
  readonly named: readonly NamedGroup[];
  readonly chosen: ReadonlySet<string>;
  readonly excluded: ReadonlySet<string>;
  /** A predicate for each unknown name ("contains …"), and the list that the name is in. */
  readonly problems: readonly { readonly list: keyof NamedTools; readonly problem: string }[];
}

/** Up to this many choices are all listed; among more, only those that are close. */
const mostListed = 11;

/** A name that can be shown. Anything else may be a key in the wrong place. */
const presentable = /^[a-z_ -]{1,60}$/i;

const withoutPrefix = (name: string): string => name.replace(/^manychat_/, '');

function unknownName(what: string, name: string, choices: readonly string[]): string {
  if (!presentable.test(name)) return `contains something that is not the name of a ${what}`;
  if (choices.length <= mostListed)
    return `contains ${JSON.stringify(name)}, which is not a ${what}; there are ${choices.join(', ')}`;
  const candidates = choices.map((choice) => ({ label: choice, names: [choice, withoutPrefix(choice)] }));
  const near = closest(name, candidates).map(({ label }) => label);
  const instead = near.length === 0 ? 'the command `tools` lists them' : `the closest are ${near.join(', ')}`;
  return `contains ${JSON.stringify(name)}, which is not a ${what}; ${instead}`;
}

/** The toolsets that there are: first those that are the own one of a tool, then those that tools are in besides. */
export function toolsetNames(known: readonly KnownTool[]): string[] {
  const own = known.flatMap(({ sets }) => sets.slice(0, 1));
  return [...new Set([...own, ...known.flatMap(({ sets }) => sets)])];
}

/** Selects the tools of the toolsets and the tools that are named, or all tools if neither is set, without those excluded. */
export function selectTools(known: readonly KnownTool[], named: NamedTools): SelectedTools {
  const problems: SelectedTools['problems'][number][] = [];
  /** The choices that the names of a list stand for; the prefix of tools is optional. */
  const resolve = (list: keyof NamedTools, what: string, choices: readonly string[]): string[] | undefined =>
    named[list]?.flatMap((name) => {
      const choice = choices.find((each) => each === name || withoutPrefix(each) === name);
      if (choice === undefined) problems.push({ list, problem: unknownName(what, name, choices) });
      return choice ?? [];
    });
  const all = known.map(({ name }) => name);
  const sets = resolve('toolsets', 'toolset', toolsetNames(known));
  const tools = resolve('tools', 'tool', all);
  const excluded = new Set(resolve('excluded', 'tool', all));
  const toolsOf = (set: string): string[] => known.filter((tool) => tool.sets.includes(set)).map(({ name }) => name);
  const groups = [
    ...(sets ?? []).map((set) => ({ label: `the toolset ${set}`, tools: toolsOf(set) })),
    ...(tools ?? []).map((tool) => ({ label: tool, tools: [tool] })),
  ];
  const chosen = sets === undefined && tools === undefined ? all : groups.flatMap((group) => group.tools);
  return { named: groups, chosen: new Set(chosen.filter((name) => !excluded.has(name))), excluded, problems };
}
