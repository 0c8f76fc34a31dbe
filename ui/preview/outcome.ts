import { asObject, isObject, type Result } from '../../tools/contract/json.js';
import { cut } from '../../tools/contract/quoted.js';
import type { CallEnd, ToolCall } from '../apps/tool-call.js';
import { listIn, rawText, textIn } from '../message-view/values.js';
import { channelName } from './arguments.js';

/** How a call looks. Only `sent` says that something was sent; `done` is for a call that went well and reached nobody. */
export type Tone = 'draft' | 'sent' | 'refused' | 'unknown' | 'done' | 'plain';

/** What came of a call. */
export interface Outcome {
  readonly tone: Tone;
  readonly title: string;
  /** Sentences of this program, or of ManyChat in quotes. */
  readonly lines: readonly string[];
  readonly lists: readonly { readonly title: string; readonly items: readonly string[] }[];
  /** What cannot be read, as it came. */
  readonly plain?: string | undefined;
  /** The address of the chat in ManyChat. */
  readonly chatLink?: string | undefined;
}

/** Up to this many items of a list are drawn. */
const drawnItems = 50;

const texts = (value: unknown): string[] => {
  const all = (listIn(value) ?? []).map((each) => cut(textIn(each) ?? rawText(each), 2_000));
  const left = all.length - drawnItems;
  return left > 0 ? [...all.slice(0, drawnItems), `${left} more`] : all;
};

const listOf = (title: string, items: readonly string[]): Outcome['lists'] =>
  items.length === 0 ? [] : [{ title, items }];

const line = (value: unknown): string[] => {
  const text = textIn(value);
  return text === undefined ? [] : [cut(text, 2_000)];
};

/** A status, as the start of a sentence. */
const statusLine = (status: unknown): string[] =>
  line(status).map((text) => text.replace(/^[a-z]/, (first) => first.toUpperCase()));

const bare = { lines: [], lists: [] } as const;

/** The tools whose calls are drawn. */
const sends =
  /manychat_(?:send_(?:text|content|content_by_user_ref|flow)|set_fields_and_send_flow|for_each_subscriber|reply)$/;
const checks = /manychat_check_content$/;

const isCheck = ({ tool }: ToolCall): boolean => tool !== undefined && checks.test(tool);

/** What the call does: it sends, unless it is a job that only changes contacts. */
const verbOf = ({ input }: ToolCall): string =>
  /^(?:add_tag|remove_tag|set_fields)$/.test(textIn(input?.action) ?? '') ? 'done' : 'sent';

const notKnown = (call: ToolCall): string => `It is not known whether it was ${verbOf(call)}`;

/** The words of a failure, which are quoted where they are not of this program. */
function wordsOf({ message, source }: Result): string[] {
  const who = source === 'manychat' ? 'ManyChat' : source === 'gateway' ? 'Maton' : undefined;
  return line(message).map((text) => (who === undefined ? text : `${who}: “${text}”`));
}

function ofFailure(failure: Result, call: ToolCall): Outcome {
  const { performed, hint, details, chat_link } = failure;
  const state = isCheck(call)
    ? ({ tone: 'refused', title: 'It could not be checked' } as const)
    : performed === 'no'
      ? ({ tone: 'refused', title: `Not ${verbOf(call)}` } as const)
      : performed === 'yes'
        ? // A workflow may have done one of its steps.
          ({ tone: 'unknown', title: 'It failed after something was done' } as const)
        : ({ tone: 'unknown', title: notKnown(call) } as const);
  return {
    ...state,
    lines: [...wordsOf(failure), ...line(hint)],
    lists: listOf('Details', texts(details)),
    chatLink: textIn(chat_link),
  };
}

function ofDryRun({ requests }: Result): Outcome {
  const made = (listIn(requests) ?? []).map(asObject).map(({ method, url }) => `${textIn(method)} ${textIn(url)}`);
  return {
    tone: 'done',
    title: 'Dry run: not sent',
    lines: ['Nothing was sent. This server shows requests in place of making them.'],
    lists: listOf('It would request', texts(made)),
  };
}

function ofCheck({ valid, problems, channels, elsewhere, warnings }: Result): Outcome {
  const fits = texts(channels).map(channelName);
  return {
    tone: valid === true ? 'done' : 'refused',
    title: valid === true ? 'Checked, not sent' : 'It cannot be sent like this',
    lines: [
      ...(valid === true ? ['It has the form that ManyChat accepts.'] : ['It was only checked, and not sent.']),
      ...(fits.length > 0 ? [`It fits ${fits.join(', ')}.`] : []),
    ],
    lists: [
      ...listOf('Problems', texts(problems)),
      ...listOf('Elsewhere', texts(elsewhere)),
      ...listOf('To know', texts(warnings)),
    ],
  };
}

function ofReply({ answered, status, warnings }: Result, call: ToolCall): Outcome {
  const sent = answered === 'in the response' || answered === 'sent' || answered === 'by template';
  const state = sent
    ? ({ tone: 'sent', title: 'Answered' } as const)
    : answered === 'draft'
      ? ({ tone: 'draft', title: 'A draft: not sent yet' } as const)
      : answered === 'before'
        ? ({ tone: 'done', title: 'Answered before, not answered again' } as const)
        : ({ tone: 'unknown', title: notKnown(call) } as const);
  return { ...state, lines: statusLine(status), lists: listOf('To know', texts(warnings)) };
}

function ofSend({ status, warnings }: Result, call: ToolCall): Outcome {
  const isBefore = textIn(status)?.startsWith('accepted before') === true;
  const isFlow = call.input?.flow_ns !== undefined;
  return {
    tone: isBefore ? 'done' : 'sent',
    title: isBefore ? 'Sent before, not sent again' : isFlow ? 'Flow started' : 'Sent',
    lines: statusLine(status),
    lists: listOf('To know', texts(warnings)),
  };
}

const counted = (value: unknown): number => (Number.isInteger(value) ? Number(value) : 0);

/** What became of the contacts of a job. */
function ofMany(result: Result): Outcome {
  const { accepted, done, failed, unknown, remaining, errors, warnings, stopped } = result;
  const settled = counted(accepted ?? done);
  const groups = (listIn(failed) ?? []).map(asObject);
  const refused = groups.flatMap(({ error, subscriber_ids }) => {
    const size = listIn(subscriber_ids)?.length ?? 0;
    return size === 0 ? [] : [`${size} ${textIn(error) ?? 'failed'}`];
  });
  const uncertain = listIn(unknown)?.length ?? 0;
  const left = counted(remaining);
  const isWhole = refused.length === 0 && uncertain === 0 && left === 0;
  const verb = accepted === undefined ? 'Done' : 'Accepted';
  return {
    tone:
      settled > 0 && isWhole
        ? accepted === undefined
          ? 'done'
          : 'sent'
        : uncertain > 0 || settled > 0
          ? 'unknown'
          : 'refused',
    title: `${verb} for ${settled} contacts${isWhole ? '' : ', not for all'}`.replace(/\b1 contacts/, '1 contact'),
    lines: [
      ...(accepted !== undefined && settled > 0 ? ['ManyChat does not tell whether a message arrived.'] : []),
      ...(uncertain > 0 ? [`It is not known whether ${uncertain} were reached.`] : []),
      ...(left > 0 ? [`${left} remain: nothing was done for them yet.`] : []),
      ...line(stopped),
    ],
    lists: [
      ...listOf('Failed', refused),
      ...listOf(
        'Why',
        (listIn(errors) ?? [])
          .map(asObject)
          .map(({ message, hint }) =>
            [...line(message).map((text) => `${text.replace(/\.$/, '')}.`), ...line(hint)].join(' '),
          ),
      ),
      ...listOf('To know', texts(warnings)),
    ],
  };
}

const plainOf = (value: unknown): string => {
  try {
    return cut(typeof value === 'string' ? value : (JSON.stringify(value, undefined, 1) ?? ''), 5_000);
  } catch {
    return 'The result cannot be shown.';
  }
};

const ofUnread = (value: unknown): Outcome => ({ ...bare, tone: 'plain', title: 'Result', plain: plainOf(value) });

const isMany = ({ accepted, done, remaining }: Result): boolean =>
  typeof remaining === 'number' && (typeof accepted === 'number' || typeof done === 'number');

function ofData(data: Result, call: ToolCall): Outcome {
  if (data.dry_run === true) return ofDryRun(data);
  if (typeof data.valid === 'boolean') return ofCheck(data);
  if (isMany(data)) return ofMany(data);
  if (data.ok === true && typeof data.answered === 'string') return ofReply(data, call);
  return data.ok === true ? ofSend(data, call) : ofUnread(data);
}

function ofText(text: string, isError: boolean, call: ToolCall): Outcome {
  if (!isError) return ofUnread(text);
  const state = isCheck(call)
    ? ({ tone: 'refused', title: 'It could not be checked' } as const)
    : ({ tone: 'unknown', title: notKnown(call) } as const);
  return { ...bare, ...state, plain: plainOf(text) };
}

function ofCancelled(reason: string, call: ToolCall): Outcome {
  const lines = reason === '' ? [] : [`The client says: “${cut(reason, 500)}”`];
  // A call is made with complete arguments only. A view that was opened late may not have seen them.
  if (call.isPartial && call.input !== undefined)
    return { ...bare, tone: 'refused', title: `Cancelled, not ${verbOf(call)}`, lines };
  if (isCheck(call)) return { ...bare, tone: 'refused', title: 'The check was cancelled', lines };
  return {
    ...bare,
    tone: 'unknown',
    title: notKnown(call),
    lines: [
      call.input === undefined ? 'The call was cancelled.' : 'The call was cancelled after it was made.',
      ...lines,
    ],
  };
}

function ofEnd(end: CallEnd, call: ToolCall): Outcome {
  const { tool } = call;
  if (tool !== undefined && !checks.test(tool) && !sends.test(tool))
    return ofUnread(end.kind === 'data' ? end.data : end.kind === 'failure' ? end.failure : end);
  switch (end.kind) {
    case 'data':
      return ofData(end.data, call);
    case 'failure':
      return ofFailure(end.failure, call);
    case 'text':
      return ofText(end.text, end.isError, call);
    case 'cancelled':
      return ofCancelled(end.reason, call);
  }
}

/** What came of a call so far. */
export function outcomeOf(call: ToolCall): Outcome {
  const { input, isPartial, end } = call;
  if (end !== undefined) return ofEnd(end, call);
  const state = input === undefined ? 'Nothing of it is known yet.' : isPartial ? 'It is being written.' : undefined;
  const lines = state === undefined ? ['The call has not ended.'] : [state];
  return { ...bare, tone: 'draft', title: isCheck(call) ? 'Not sent: only checked' : `Not ${verbOf(call)} yet`, lines };
}

/** The data of a result; empty if it has none. */
export const dataOf = ({ end }: ToolCall): Result => (end?.kind === 'data' && isObject(end.data) ? end.data : {});
