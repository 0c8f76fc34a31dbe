import type { Failure } from '../../../tools/contract/failure.js';
import { asObject, type Result, toList } from '../../../tools/contract/json.js';
import { contactText } from '../../../tools/workflows/contact-search.js';
import { runMany } from '../../../tools/workflows/for-each/run-many.js';
import { matchContact } from '../../../tools/workflows/match-contact.js';
import type { CallerSide, Outcome, ToolCaller } from '../../account/call/call-tool.js';
import { plainTool } from '../../account/policy/tool.js';
import { failureSentences } from '../commands/failure-text.js';
import type { AskedCell, MatchedField } from './cell.js';

/** The account on which contacts are looked up. */
export interface LookupSide extends Pick<CallerSide, 'connectionId' | 'signal'> {
  readonly call: ToolCaller;
}

/** What the search for one cell came to. */
export type Finding =
  | { readonly found: 'one'; readonly id: string }
  /** `why` is a sentence part without its subject; `ids` are those of several contacts. */
  | { readonly found: 'none' | 'several' | 'refused'; readonly why: string; readonly ids?: readonly string[] };

/** Enough to make ten requests a second that take up to two seconds each. */
const maxInFlight = 20;

/** Contacts that a sentence names. */
const maxNamed = 5;

function findingIn({ matches, others, capped }: Result): Finding {
  const contacts = (toList(matches) ?? []).map(asObject);
  const [contact, ...more] = contacts;
  const ids = contacts.map(({ id }) => String(id));
  if (capped === true) return { found: 'several', why: 'belongs to 100 contacts or more', ids };
  if (contact === undefined) {
    const notes = (toList(others) ?? []).map(String);
    return { found: 'none', why: ['belongs to no contact', ...notes].join('. ').replace(/\.$/, '') };
  }
  if (more.length === 0) return { found: 'one', id: String(contact.id) };
  const left = contacts.length - maxNamed;
  const named = contacts.slice(0, maxNamed).map(contactText).join(', ');
  return {
    found: 'several',
    ids,
    why: `belongs to ${contacts.length} contacts: ${named}${left > 0 ? ` and ${left} more` : ''}`,
  };
}

/** Whether a failure is about the value that was asked for, and says nothing about others. */
const isOfValue = ({ kind, performed }: Failure): boolean => kind === 'invalid_input' && performed === 'no';

function findingOf(outcome: Outcome): Finding | undefined {
  if (outcome.ok) return findingIn(outcome.result);
  return isOfValue(outcome.failure)
    ? { found: 'refused', why: `cannot be searched: ${failureSentences(outcome.failure).replace(/\.$/, '')}` }
    : undefined;
}

/**
 * Looks up cells at the pace of the limits. Resolves with the failure that stopped it, if one did; also if `signal` fires
 * before all are looked up.
 * @param onFinding called for each cell as it is looked up.
 */
export async function lookUpAll(
  cells: Iterable<AskedCell>,
  field: MatchedField | undefined,
  { call, ...side }: LookupSide,
  onFinding: (cell: AskedCell, finding: Finding) => void,
): Promise<Failure | undefined> {
  const lookUp = { ...side, oneOfMany: true };
  const stoppedBy = await runMany({
    items: cells,
    maxInFlight,
    signal: side.signal,
    perform: ({ input }) =>
      call(plainTool(matchContact), { ...input, ...(field !== undefined && { field_id: field.id }) }, lookUp),
    failureOf: (outcome) => (outcome.ok ? undefined : outcome.failure),
    stopsAlone: (failure) => !isOfValue(failure),
    record(cell, outcome) {
      const finding = findingOf(outcome);
      if (finding !== undefined) onFinding(cell, finding);
    },
  });
  return stoppedBy?.ok === false ? stoppedBy.failure : undefined;
}
