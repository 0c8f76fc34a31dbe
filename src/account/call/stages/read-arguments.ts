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
      return 'connection_id: the connection is fixed by the server; leave it out';
    }
    const allowed = Object.keys(tool.input.shape);
    return `${names} not known; ${allowed.length === 0 ? 'this tool takes no arguments' : `known: ${allowed.join(', ')}`}`;
  }
  return describeIssue(issue);
}

/** What a call was asked to do: the endpoint's own input, and the connection it names. */
export interface ParsedInput {
  readonly input: Result;
  readonly connectionId: string | undefined;
  /** What was mended in the arguments, and what may not do what was meant. */
  readonly warnings: readonly string[];
}

/** Complaints in one answer; who mends these is told of the rest. */
const mostComplaints = 12;

/** Checks a tool's arguments; throws an `invalid_input` CallError that names everything wrong with them. */
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
      message: complaints.slice(0, mostComplaints).join('; '),
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

/** The arguments of a call as the tool takes them; undefined where it does not: why is told when it is called. */
export function acceptedInput(tool: Tool, given: unknown): ParsedInput | undefined {
  try {
    return parseInput(tool, given, { declaration: tool.declaration, direct: false });
  } catch {
    return undefined;
  }
}
