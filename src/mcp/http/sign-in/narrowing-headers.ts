import type { Grant } from '../../../config/accounts/grant.js';
import { type KnownTool, type NamedTools, selectTools } from '../../../config/tool-names.js';

/** The headers by which a client narrows what it is offered. */
const headerOf = {
  toolsets: 'X-MCP-Toolsets',
  tools: 'X-MCP-Tools',
  excluded: 'X-MCP-Exclude-Tools',
} as const satisfies Record<keyof NamedTools, string>;

const readOnlyHeader = 'X-MCP-Readonly';

const words = new Map([
  ...['1', 'true', 'yes', 'on'].map((word) => [word, true] as const),
  ...['0', 'false', 'no', 'off'].map((word) => [word, false] as const),
]);

/** The names in a header; one without names counts as absent. */
function namesIn(headers: Headers, header: string): string[] | undefined {
  const names = (headers.get(header) ?? '')
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  return names.length === 0 ? undefined : names;
}

/** A grant narrowed by the headers of a request, or a sentence about what is wrong with them. They never widen it. */
export function narrowedByHeaders(grant: Grant, headers: Headers, known: readonly KnownTool[]): Grant | string {
  const named = {
    toolsets: namesIn(headers, headerOf.toolsets),
    tools: namesIn(headers, headerOf.tools),
    excluded: namesIn(headers, headerOf.excluded),
  };
  const word = headers.get(readOnlyHeader)?.trim().toLowerCase() ?? '';
  const readOnly = word === '' ? false : words.get(word);
  if (readOnly === undefined) return `${readOnlyHeader} must be true or false`;
  const isNarrowed = Object.values(named).some((names) => names !== undefined);
  if (!isNarrowed && !readOnly) return grant;
  const { chosen, problems } = selectTools(known, named);
  if (problems.length > 0) return problems.map(({ list, problem }) => `${headerOf[list]} ${problem}`).join('. ');
  const before = grant.tools ?? known.map(({ name }) => name);
  return {
    ...grant,
    readOnly: grant.readOnly || readOnly,
    ...(isNarrowed && { tools: before.filter((name) => chosen.has(name)) }),
  };
}
