import { isObject, type Result } from '../../tools/contract/json.js';

/** What came of a call. */
export type CallEnd =
  /** The call returned data. */
  | { readonly kind: 'data'; readonly data: Result }
  /** The tool failed, and says how. */
  | { readonly kind: 'failure'; readonly failure: Result }
  /** The client or the server between answered with something else. */
  | { readonly kind: 'text'; readonly text: string; readonly isError: boolean }
  | { readonly kind: 'cancelled'; readonly reason: string };

/** The call that a view draws, as far as the host has shown it. */
export interface ToolCall {
  /** The name of the tool; undefined if the host does not say it. */
  readonly tool?: string | undefined;
  readonly input?: Result | undefined;
  /** Whether the input is still being written. */
  readonly isPartial: boolean;
  readonly end?: CallEnd | undefined;
}

/** The call before the host has shown anything of it. */
export const noCall: ToolCall = { isPartial: true };

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The texts of a result, below each other. */
function textsIn(content: unknown): string {
  const blocks = Array.isArray(content) ? content : [];
  return blocks
    .flatMap((block: unknown) => (isObject(block) && typeof block.text === 'string' ? block.text : []))
    .join('\n');
}

/** Reads the result of a tool. A question to the user is none: the call goes on after the answer. */
export function readResult(result: Result): CallEnd | undefined {
  const { resultType, isError, structuredContent, content } = result;
  if (resultType !== undefined && resultType !== 'complete') return undefined;
  const text = textsIn(content);
  const inText = parsed(text);
  if (isError === true) {
    const error = isObject(inText) ? inText.error : undefined;
    return isObject(error) ? { kind: 'failure', failure: error } : { kind: 'text', text, isError: true };
  }
  if (isObject(structuredContent)) return { kind: 'data', data: structuredContent };
  return isObject(inText) ? { kind: 'data', data: inText } : { kind: 'text', text, isError: false };
}

const isSame = (one: unknown, other: unknown): boolean => {
  try {
    return JSON.stringify(one) === JSON.stringify(other);
  } catch {
    return false;
  }
};

/** The call after a notice of the host. The same object if the notice changes nothing. */
export function afterNotice(call: ToolCall, method: string, params: Result): ToolCall {
  const input = isObject(params.arguments) ? params.arguments : {};
  switch (method) {
    case 'ui/notifications/tool-input-partial':
      return call.isPartial && call.end === undefined ? { ...call, input } : call;
    case 'ui/notifications/tool-input':
      // A host that shows the input once more must not make a message look unsent that was sent.
      if (call.end !== undefined && isSame(call.input, input)) return call;
      return { tool: call.tool, input, isPartial: false };
    case 'ui/notifications/tool-result': {
      const end = readResult(params);
      return end === undefined ? call : { ...call, end };
    }
    case 'ui/notifications/tool-cancelled': {
      // A result says more.
      if (call.end !== undefined) return call;
      const reason = typeof params.reason === 'string' ? params.reason : '';
      return { ...call, end: { kind: 'cancelled', reason } };
    }
    default:
      return call;
  }
}
