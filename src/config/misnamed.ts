import { cut } from '../../tools/contract/quoted.js';
import { editDistance } from '../text/closest.js';
import { withoutHidden } from '../text/safe-text.js';

/** Edits within which a variable is taken for one of ours that was misspelt. */
const mostEdits = 2;

const prefix = 'MANYCHAT_MCP_';

const port = /^\d{1,5}$/;
const address = /^(tcp|udp|sctp):\/\/\S+$/;
const host = /^[\d.]+$|^[\da-f:]+$/i;

/**
 * What Kubernetes tells every container about a service whose name begins with manychat-mcp, with the values that each
 * variable has then: the end of such a name alone would let a misspelt setting pass.
 */
const ofServices: readonly (readonly [RegExp, RegExp])[] = [
  [/_SERVICE_HOST$/, host],
  [/_SERVICE_PORT(_\w+)?$/, port],
  [/_PORT$/, address],
  [/_PORT_\d+_(TCP|UDP|SCTP)$/, address],
  [/_PORT_\d+_(TCP|UDP|SCTP)_PORT$/, port],
  [/_PORT_\d+_(TCP|UDP|SCTP)_PROTO$/, /^(tcp|udp|sctp)$/],
  [/_PORT_\d+_(TCP|UDP|SCTP)_ADDR$/, host],
];

/** Whether Kubernetes sets such a variable, and not a person. */
export const isOfService = (name: string, value: string): boolean =>
  name.startsWith(prefix) && ofServices.some(([end, kind]) => end.test(name) && kind.test(value));

interface Near {
  readonly name: string;
  readonly edits: number;
}

/**
 * The setting nearest to a name, whatever the letters' case. Of our own prefix the end may be missing, or it may stand before a name that has another.
 */
function nearest(given: string, names: readonly string[]): Near | undefined {
  const capital = given.toUpperCase();
  const whole = capital.startsWith(prefix) ? capital.slice(prefix.length) : capital;
  if (names.includes(whole)) return { name: whole, edits: 0 };
  const completed = capital.replace(/^MANYCHAT_/, prefix);
  if (!capital.startsWith(prefix) && names.includes(completed)) return { name: completed, edits: 0 };
  const ranked = names.map((name) => ({ name, edits: editDistance(capital, name) }));
  return ranked.toSorted((one, other) => one.edits - other.edits)[0];
}

/** Characters of a variable's name that are shown. */
const longestName = 80;

function problemOf(name: string, names: readonly string[]): string | undefined {
  const ours = name.toUpperCase().startsWith(prefix);
  const longest = Math.max(...names.map((each) => each.length)) + mostEdits;
  // The time grows with the length, and nothing that long is near.
  if (!ours && name.length > longest) return undefined;
  const near = nearest(name.slice(0, longest), names);
  if (near === undefined || (!ours && near.edits > mostEdits)) return undefined;
  const shown = cut(withoutHidden(name), longestName);
  // A blank at the end of a name is not seen otherwise.
  return `${/^\w+$/.test(name) ? shown : JSON.stringify(shown)} is no setting; the nearest is ${near.name}`;
}

/**
 * What is wrong with the names of variables that look like settings: one that restrains must not be ignored because it
 * is misspelt. Variables of other tools whose names only begin as ours do are left alone, and so are empty ones.
 * @param names of the settings that are read.
 */
export function misnamedProblems(
  environment: Readonly<Record<string, string | undefined>>,
  names: readonly string[],
): string[] {
  // The proxy variables have neighbours of their own, such as ALL_PROXY.
  const known = names.filter((name) => !name.endsWith('_PROXY'));
  return Object.entries(environment).flatMap(([name, value = '']) => {
    if (value.trim() === '' || names.includes(name) || isOfService(name, value.trim())) return [];
    return problemOf(name, known) ?? [];
  });
}
