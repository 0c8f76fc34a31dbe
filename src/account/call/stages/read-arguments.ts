import type * as z from 'zod';
import type { Result } from '../../../../tools/contract/json.js';
import { readingsOf } from '../../../../tools/values/addresses/readings.js';
import { describeIssue, issueMessage, ownIssues, pathText, unknownKeysText } from '../../../../tools/values/issues.js';
import { keysAt, readArguments } from '../../../../tools/values/reading/argument-reader.js';
import { structuralProblem } from '../../../../tools/values/reading/json-text.js';
import { closest } from '../../../text/closest.js';
import { callError } from '../../../upstream/failures/call-error.js';
import type { FailureContext } from '../../../upstream/failures/context.js';
import { excludedError } from '../../policy/exclusion.js';
import type { Tool } from '../../policy/tool.js';
import { shortenedTextIn } from '../mark.js';

/** Keys that carry a meaning which no argument here has. */
const meanings: Readonly<Record<string, string>> = {
  dry_run: 'a dry run is a setting of this server, MANYCHAT_MCP_DRY_RUN, not an argument',
  send_at: 'nothing here can be sent later',
};

/** The known keys that are close to a key, which may be written in camel case. */
function closeKeys(key: string, known: readonly string[]): string[] {
  const written = key.replace(/([a-z])([A-Z])/g, '$1_$2');
  const choices = known.map((each) => ({ label: each, names: [each] }));
  return closest(written, choices, 2).map(({ label }) => label);
}

/** The most unknown keys for which close ones are looked up. */
const maxHints = 12;

/** Unknown keys, with the known keys that are close to them. */
function unknownKeys(keys: readonly string[], known: readonly string[] | undefined, where: string): string {
  const hints = keys.slice(0, maxHints).flatMap((key) => {
    const close = closeKeys(key, known ?? []);
    const meaning = Object.hasOwn(meanings, key) ? meanings[key] : undefined;
    return close.length > 0 ? [`did you mean ${close.join(' or ')}?`] : (meaning ?? []);
  });
  const hint = hints.length === 0 ? '' : ` (${[...new Set(hints)].join('; ')})`;
  if (where !== '') return `${where}: ${unknownKeysText(keys)} not known here${hint}`;
  const allowed =
    known === undefined || known.length === 0 ? 'this tool takes no arguments' : `known: ${known.join(', ')}`;
  return `${unknownKeysText(keys)} not known${hint}; ${allowed}`;
}

function complaint(issue: z.core.$ZodIssue, tool: Tool, input: unknown): string {
  if (issue.code !== 'unrecognized_keys') return describeIssue(issue);
  const isPinned = issue.path.length === 0 && issue.keys.includes('connection_id');
  if (isPinned && tool.declaration.api === 'manychat') {
    return 'connection_id: the connection is set by the server; omit it';
  }
  return unknownKeys(issue.keys, keysAt(tool.input, input, issue.path), pathText(issue.path));
}

/** The arguments of a call: the tool's own input, and the connection that they name. */
export interface ParsedInput {
  readonly input: Result;
  readonly connectionId: string | undefined;
  /** What was repaired in the arguments, and what may not have the intended effect. */
  readonly warnings: readonly string[];
}

/** Problems reported at once; the rest appears when these are fixed. */
const maxProblems = 12;

/**
 * Reads the arguments of a tool call.
 * @throws CallError that names what is wrong: `invalid_input`, `invalid_content` for message content, or
 * `permission_denied` if the policy forbids the call.
 */
export function parseInput(tool: Tool, given: unknown, context: FailureContext): ParsedInput {
  const { declaration } = tool;
  const hidden = structuralProblem(given, []);
  if (hidden !== undefined) throw callError('invalid_input', context, { message: hidden, source: 'client' });
  const read = readArguments(tool.input, given);
  const repaired = read.problem === undefined ? declaration.repair?.(read.input) : undefined;
  const problem = read.problem ?? repaired?.problem ?? shortenedTextIn(repaired?.input ?? read.input);
  if (problem !== undefined) {
    const kind = declaration.effect === 'send' && problem.startsWith('data') ? 'invalid_content' : 'invalid_input';
    throw callError(kind, context, { message: problem, source: 'client' });
  }
  const corrections = [...read.warnings, ...(repaired?.warnings ?? [])];
  const input = repaired === undefined ? read.input : repaired.input;
  const parsed = tool.input.safeParse(input, { error: issueMessage });
  if (!parsed.success) {
    const issues = ownIssues(parsed.error.issues);
    const complaints = [...new Set(issues.map((issue) => complaint(issue, tool, input)))];
    const aboutContent = declaration.effect === 'send' && issues.every((issue) => issue.path[0] === 'data');
    throw callError(aboutContent ? 'invalid_content' : 'invalid_input', context, {
      message: complaints.slice(0, maxProblems).join('; '),
      source: 'client',
      details: corrections,
    });
  }
  const { connection_id: connection, ...rest } = parsed.data;
  const own = tool.takesConnection ? rest : parsed.data;
  const refused = tool.refuses?.(own);
  if (refused !== undefined) throw excludedError(refused, context);
  const warned = tool.warns?.(own);
  return {
    input: own,
    connectionId: tool.takesConnection && typeof connection === 'string' ? connection : undefined,
    warnings: [
      ...corrections,
      ...readingsOf(tool.input, input),
      ...(declaration.warnings?.(own) ?? []),
      ...(warned === undefined ? [] : [`This server would refuse to send it. ${warned}.`]),
    ],
  };
}

/** The parsed arguments; undefined if they are not valid, which the call itself will report. */
export function acceptedInput(tool: Tool, given: unknown): ParsedInput | undefined {
  try {
    return parseInput(tool, given, { declaration: tool.declaration, direct: false });
  } catch {
    return undefined;
  }
}
