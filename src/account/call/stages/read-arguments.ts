import type * as z from 'zod';
import type { Result } from '../../../../tools/contract/json.js';
import { structuralProblem } from '../../../../tools/values/argument-limits.js';
import { describeIssue, issueMessage, pathText, unknownKeysText } from '../../../../tools/values/issues.js';
import { callError } from '../../../upstream/failures/call-error.js';
import type { FailureContext } from '../../../upstream/failures/context.js';
import { excludedError } from '../../policy/exclusion.js';
import type { Tool } from '../../policy/tool.js';

function complaint(issue: z.core.$ZodIssue, tool: Tool): string {
  const where = pathText(issue.path);
  if (issue.code === 'unrecognized_keys') {
    const names = unknownKeysText(issue.keys);
    if (where !== '') return describeIssue(issue);
    if (issue.keys.includes('connection_id') && tool.declaration.api === 'manychat') {
      return 'connection_id: the connection is set by the server; omit it';
    }
    const allowed = Object.keys(tool.input.shape);
    return `${names} not known; ${allowed.length === 0 ? 'this tool takes no arguments' : `known: ${allowed.join(', ')}`}`;
  }
  return describeIssue(issue);
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
  const hidden = structuralProblem(given, []);
  if (hidden !== undefined) throw callError('invalid_input', context, { message: hidden, source: 'client' });
  const repaired = tool.declaration.repair?.(given);
  if (repaired?.problem !== undefined) {
    throw callError('invalid_content', context, { message: repaired.problem, source: 'client' });
  }
  const parsed = tool.input.safeParse(repaired?.input ?? given ?? {}, { error: issueMessage });
  if (!parsed.success) {
    const complaints = [...new Set(parsed.error.issues.map((issue) => complaint(issue, tool)))];
    const { issues } = parsed.error;
    const aboutContent = tool.declaration.effect === 'send' && issues.every((issue) => issue.path[0] === 'data');
    throw callError(aboutContent ? 'invalid_content' : 'invalid_input', context, {
      message: complaints.slice(0, maxProblems).join('; '),
      source: 'client',
      details: repaired?.warnings,
    });
  }
  const { connection_id: connection, ...rest } = parsed.data;
  const input = tool.takesConnection ? rest : parsed.data;
  const refused = tool.refuses?.(input);
  if (refused !== undefined) throw excludedError(refused, context);
  const warned = tool.warns?.(input);
  return {
    input,
    connectionId: tool.takesConnection && typeof connection === 'string' ? connection : undefined,
    warnings: [
      ...(repaired?.warnings ?? []),
      ...(tool.declaration.warnings?.(input) ?? []),
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
