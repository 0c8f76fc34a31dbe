import type { CallError, Kind } from '../../../../tools/contract/failure.js';
import { idText, momentText, oneLine, quoted } from '../../../../tools/contract/quoted.js';
import { closest } from '../../../text/closest.js';
import { withoutHidden } from '../../../text/safe-text.js';
import { callError } from '../../../upstream/failures/call-error.js';
import type { FailureContext } from '../../../upstream/failures/context.js';
import type { Page } from './pages/page.js';
import { pageText } from './pages/page.js';

/** An ACTIVE connection as a choice: with its page, if that could be read. */
export interface ConnectionChoice {
  readonly id: string;
  /** ISO time; empty if the response had none. */
  readonly created: string;
  readonly page: Page | undefined;
}

/** The form in which names of pages are equal: case, runs of white space and what shows nothing make no difference. */
export const pageNameForm = (name: string): string =>
  oneLine(withoutHidden(name)).normalize('NFC').toUpperCase().toLowerCase().normalize('NFC');

/** What identifies a page; a page without an id is the page of its connection only. */
const pageKey = ({ id, page }: ConnectionChoice): string =>
  page === undefined || page.id === '' ? `connection ${id}` : `page ${page.id}`;

/** Whether two connections lead to the same page. */
export const isSamePage = (one: ConnectionChoice, other: ConnectionChoice): boolean => pageKey(one) === pageKey(other);

/** The connections to pages with a name. A page whose name could not be read has none. */
export function choicesNamed(name: string, choices: readonly ConnectionChoice[]): ConnectionChoice[] {
  const form = pageNameForm(name);
  return form === '' ? [] : choices.filter(({ page }) => page !== undefined && pageNameForm(page.name) === form);
}

/** A connection in a list of choices. */
function choiceText({ id, created, page }: ConnectionChoice): string {
  const since = `created ${created === '' ? 'at an unknown time' : momentText(created)}`;
  return page === undefined
    ? `${idText(id)} (${since}; its page was not read)`
    : `${pageText(page)}: ${idText(id)} (${since})`;
}

/** One long word can be a key that was pasted as a name, and is not shown. */
const mayBeKey = (name: string): boolean => /^(?=.*\d)[!-~]{20,}$/.test(name);

const shownName = (name: string): string => (mayBeKey(name) ? 'that was given' : quoted(name));

/** That pages could not be read; empty if all were. */
export const unreadText = (choices: readonly ConnectionChoice[]): string => {
  const count = choices.filter(({ page }) => page === undefined).length;
  if (count === 0) return '';
  return count === 1
    ? 'the page of 1 connection could not be read'
    : `the pages of ${count} connections could not be read`;
};

const refusal = (
  kind: Kind,
  context: FailureContext,
  message: string,
  choices: readonly ConnectionChoice[],
  hint?: string,
) =>
  callError(kind, context, {
    message,
    source: 'client',
    details: choices.map(choiceText),
    ...(hint !== undefined && { hint }),
  });

/** The hint if the name may be that of a page that could not be read, which no setting corrects. */
export const unreadHint =
  'The name may be that of a page that could not be read: try again in a minute, or use the id of the connection. manychat_list_connections shows the ids and pages.';

/** The refusal of a name that no ACTIVE connection has; the closest ones are listed first. */
export function notNamed(name: string, choices: readonly ConnectionChoice[], context: FailureContext): CallError {
  const candidates = choices.map((choice) => ({ choice, label: '', names: choice.page ? [choice.page.name] : [] }));
  const near = closest(name, candidates).map(({ choice }) => choice);
  const unread = unreadText(choices);
  const message = `No connection has the id or page name ${shownName(name)}${unread === '' ? '' : `; ${unread}`}`;
  const sorted = [...near, ...choices.filter((each) => !near.includes(each))];
  return refusal('connection_not_found', context, message, sorted, unread === '' ? undefined : unreadHint);
}

/** The refusal of a name that several pages have. */
export const severalNamed = (name: string, choices: readonly ConnectionChoice[], context: FailureContext): CallError =>
  refusal('ambiguous_connection', context, `${choices.length} connected pages are named ${shownName(name)}`, choices);

/** The refusal of a change through a name that a page which could not be read may have as well. */
export const mayBeAnother = (name: string, choices: readonly ConnectionChoice[], context: FailureContext): CallError =>
  refusal(
    'ambiguous_connection',
    context,
    `It is not known whether ${shownName(name)} is also the name of another page: ${unreadText(choices)}`,
    choices,
    unreadHint,
  );

/** The refusal of a name that has come to mean another page since it was first used. */
export const nameMoved = (name: string, choices: readonly ConnectionChoice[], context: FailureContext): CallError =>
  refusal('ambiguous_connection', context, `${shownName(name)} is the name of another page now than before`, choices);

/** The refusal of a call that names no connection and would change one of several. */
export const severalConnected = (choices: readonly ConnectionChoice[], context: FailureContext): CallError =>
  refusal(
    'ambiguous_connection',
    context,
    `${choices.length} ManyChat accounts are connected and this call would change one of them`,
    choices,
  );
