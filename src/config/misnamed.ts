import { cut } from '../../tools/contract/quoted.js';
import { closest, editDistance } from '../text/closest.js';
import { withoutHidden } from '../text/safe-text.js';

/** A variable within this many edits of a setting is taken for a misspelt setting. */
const maxEdits = 2;

const prefix = 'MANYCHAT_MCP_';

const port = /^\d{1,5}$/;
const address = /^(tcp|udp|sctp):\/\/\S+$/;
const host = /^[\d.]+$|^[\da-f:]+$/i;

/**
 * The variables that Kubernetes sets in every container for a service whose name starts with manychat-mcp. The values are
 * checked as well, because a misspelt setting could have the same ending.
 */
const serviceVariables: readonly (readonly [RegExp, RegExp])[] = [
  [/_SERVICE_HOST$/, host],
  [/_SERVICE_PORT(_\w+)?$/, port],
  [/_PORT$/, address],
  [/_PORT_\d+_(TCP|UDP|SCTP)$/, address],
  [/_PORT_\d+_(TCP|UDP|SCTP)_PORT$/, port],
  [/_PORT_\d+_(TCP|UDP|SCTP)_PROTO$/, /^(tcp|udp|sctp)$/],
  [/_PORT_\d+_(TCP|UDP|SCTP)_ADDR$/, host],
];

/** Whether Kubernetes, and not a person, has set a variable. */
export const isServiceVariable = (name: string, value: string): boolean =>
  name.startsWith(prefix) && serviceVariables.some(([end, kind]) => end.test(name) && kind.test(value));

/**
 * The setting that a name is taken for, ignoring case. `_MCP` may be missing from the prefix, and the prefix may stand in
 * front of a setting that has another one.
 */
function nearest(given: string, names: readonly string[]): string | undefined {
  const capital = given.toUpperCase();
  const whole = capital.startsWith(prefix) ? capital.slice(prefix.length) : capital;
  if (names.includes(whole)) return whole;
  const completed = capital.replace(/^MANYCHAT_/, prefix);
  if (!capital.startsWith(prefix) && names.includes(completed)) return completed;
  // Distances take time, and texts have at least as many edits between them as their lengths differ by.
  const ranked = names
    .filter((name) => Math.abs(name.length - capital.length) <= maxEdits)
    .map((name) => ({ name, edits: editDistance(capital, name) }))
    .filter(({ edits }) => edits <= maxEdits);
  return ranked.toSorted((one, other) => one.edits - other.edits)[0]?.name;
}

/** The setting that a variable with our prefix resembles, as a whole or in one word; undefined if none does. */
function similar(given: string, names: readonly string[]): string | undefined {
  const choices = names
    .filter((name) => name.startsWith(prefix))
    .map((name) => ({ label: name, names: [name.slice(prefix.length), ...name.slice(prefix.length).split('_')] }));
  return closest(given.slice(prefix.length), choices, 1)[0]?.label;
}

/** Characters of a variable's name that are shown. */
const maxNameLength = 80;

function problemOf(name: string, names: readonly string[]): string | undefined {
  const ours = name.toUpperCase().startsWith(prefix);
  const longest = Math.max(...names.map((each) => each.length)) + maxEdits;
  // Of a longer name the start is enough: none that long is near a setting.
  const start = name.slice(0, longest);
  const near = nearest(ours ? start : name, names);
  if (near === undefined && !ours) return undefined;
  const suggested = near ?? similar(start, names);
  const instead = suggested === undefined ? '--help lists them' : `the nearest is ${suggested}`;
  const shown = cut(withoutHidden(name), maxNameLength);
  // Quotes make a trailing space visible.
  return `${/^\w+$/.test(name) ? shown : JSON.stringify(shown)} is not a setting; ${instead}`;
}

/**
 * A sentence for each variable that looks like a misspelt setting: a setting that restricts must not be ignored because of
 * a typo. Empty variables, and those of other tools with a similar name, are accepted.
 * @param names the settings that exist.
 */
export function misnamedProblems(
  environment: Readonly<Record<string, string | undefined>>,
  names: readonly string[],
): string[] {
  // Variables similar to the proxy variables exist, for example ALL_PROXY.
  const known = names.filter((name) => !name.endsWith('_PROXY'));
  return Object.entries(environment).flatMap(([name, value = '']) => {
    if (value.trim() === '' || names.includes(name) || isServiceVariable(name, value.trim())) return [];
    return problemOf(name, known) ?? [];
  });
}
