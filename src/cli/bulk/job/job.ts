import { CallError } from '../../../../tools/contract/failure.js';
import { asObject, isObject, type Result } from '../../../../tools/contract/json.js';
import { getSubscriber } from '../../../../tools/endpoints/subscribers.js';
import { actOnSubscriber, repairAction } from '../../../../tools/workflows/for-each/action.js';
import { parseInput } from '../../../account/call/stages/read-arguments.js';
import { plainTool } from '../../../account/policy/tool.js';
import { UsageError } from '../../../config/usage-error.js';
import type { CellProblem } from '../../match/cell.js';
import type { NoContact } from '../../match/contacts.js';
import { accountColumnOf } from '../accounts/account-column.js';
import type { Table } from '../table/csv-table.js';
import { damageOf, shownCell } from '../table/damage.js';
import { isFailedRows } from '../table/failed-rows.js';
import type { Row } from '../table/rows.js';
import { actionOf, type JobOptions } from './action.js';
import { twoNumbersIn } from './number-style.js';
import { type RowContacts, rowContactsOf } from './row-contacts.js';
import { checkedTemplate, EmptyCell, fillTemplate, hasTypedLineBreaks } from './template.js';

/** What is to be done with the contact of each row. */
export interface Job {
  /** Which contact each row means. */
  readonly contacts: RowContacts;
  /** The column that names the account of each row; undefined if one account is for all rows. */
  readonly accountColumn: string | undefined;
  /** The action with its arguments, placeholders not filled in. */
  readonly action: Readonly<Record<string, unknown>>;
  /** Whether its arguments differ from row to row. */
  readonly perRowArguments: boolean;
  /** Whether repeating it has no further effect. */
  readonly repeatable: boolean;
  /** What was read otherwise than it is written, in sentences. */
  readonly remarks: readonly string[];
  /** The same job with contacts that were looked up. */
  withContacts(contacts: RowContacts): Job;
  /** The same job, which refuses cells of these columns that could be two numbers. */
  withUncertainNumbers(columns: ReadonlySet<string>): Job;
  /** The task of a row, or why the row cannot be used. */
  taskOf(row: Row): RowTask | CellProblem | NoContact;
}

/** What is to be done with the contact of one row. */
export interface RowTask {
  readonly id: string;
  /** Arguments of the tool; undefined if the row changes nothing. */
  readonly args: Result | undefined;
  /** The arguments as the tool reads them; undefined if the row changes nothing. */
  readonly input?: Result;
}

function hasValue(template: unknown, cells: Row['cells']): boolean {
  try {
    return fillTemplate(template, cells) !== '';
  } catch {
    return false;
  }
}

/** Drops the fields whose cells are empty: those keep their values. A flow needs all of its fields, so it keeps them. */
function withoutEmptyFields(action: Job['action'], cells: Row['cells']): Job['action'] {
  if (action.action !== 'set_fields' || !isObject(action.fields)) return action;
  const filled = Object.entries(action.fields).filter(([, template]) => hasValue(template, cells));
  return { ...action, fields: Object.fromEntries(filled) };
}

/** Whether repeating an action has no further effect. */
export const isRepeatable = ({ action }: Job['action']): boolean => !String(action).startsWith('send_');

const setsNothing = ({ action, fields }: Job['action']): boolean =>
  action === 'set_fields' && isObject(fields) && Object.keys(fields).length === 0;

/** The first cell that a row inserts and that a spreadsheet damaged, and what happened to it. */
function damagedCell(cells: Row['cells'], inserted: readonly string[]): string | undefined {
  for (const name of inserted) {
    const cell = cells[name] ?? '';
    const damage = damageOf(cell);
    if (damage !== undefined) return `${name}: ${shownCell(cell)} ${damage}`;
  }
  return undefined;
}

/** The first cell of these columns that could be two numbers, and what to write. */
function uncertainCell(cells: Row['cells'], columns: ReadonlySet<string>): string | undefined {
  for (const name of columns) {
    const why = twoNumbersIn(cells[name] ?? '');
    if (why !== undefined) return `${name}: ${shownCell(cells[name] ?? '')} ${why}`;
  }
  return undefined;
}

/** The columns that a template inserts. */
function columnsIn(template: unknown): readonly string[] {
  const names = new Set<string>();
  const cells = new Proxy<Record<string, string>>(
    {},
    {
      get(_, name) {
        names.add(String(name));
        return '-';
      },
    },
  );
  fillTemplate(template, cells);
  return [...names];
}

/**
 * Plans the job of a command line and a table.
 * @throws UsageError if they do not fit together.
 */
export function planJob(options: JobOptions, { columns }: Table): Job {
  if (isFailedRows(columns)) {
    throw new UsageError(
      'this is the list of failures of an earlier run, in which contacts may have got the message. Give the command of that run again, with its table; --retry-failed tries the failed ones once more',
    );
  }
  const rowContacts = rowContactsOf(options, columns);
  const accountColumn =
    options.accountColumn === undefined ? undefined : accountColumnOf(options.accountColumn, columns);
  if (accountColumn === rowContacts.column) {
    throw new UsageError(`the column "${accountColumn}" cannot name both contacts and accounts`);
  }
  const noFields = [rowContacts.column, accountColumn];
  const action = asObject(checkedTemplate(actionOf(options, noFields, columns), columns));
  // JSON text is parsed before cells are filled in, so that no cell can add to its structure.
  const template = asObject(repairAction(action).input);
  const inserted = columnsIn(template);
  const actTool = plainTool(actOnSubscriber);
  const readTool = plainTool(getSubscriber);
  const context = { declaration: actOnSubscriber, direct: false };
  const parsedId = (args: Result): string => String(parseInput(readTool, args, context).input.subscriber_id);
  const jobWith = (contacts: RowContacts, uncertain: ReadonlySet<string> = new Set()): Job => ({
    contacts,
    accountColumn,
    action,
    perRowArguments: JSON.stringify(action).includes('{{'),
    repeatable: isRepeatable(action),
    remarks: hasTypedLineBreaks(action) ? ['\\n in the text is sent as a line break; \\\\n is sent as \\n.'] : [],
    withContacts: (found) => jobWith(found, uncertain),
    withUncertainNumbers: (found) => jobWith(contacts, found),
    taskOf({ cells, problem }) {
      if (problem !== undefined) return { problem };
      const contact = contacts.contactOf(cells);
      if ('problem' in contact) return contact;
      const { id: subscriber_id, asked } = contact;
      const damaged = damagedCell(cells, inserted) ?? uncertainCell(cells, uncertain);
      if (damaged !== undefined) return { problem: damaged };
      const rowAction = withoutEmptyFields(template, cells);
      try {
        if (setsNothing(rowAction)) return { id: asked?.text ?? parsedId({ subscriber_id }), args: undefined };
        const args = { subscriber_id, ...asObject(fillTemplate(rowAction, cells)) };
        const { input } = parseInput(actTool, args, context);
        return { id: asked?.text ?? String(input.subscriber_id), args, input };
      } catch (error) {
        if (error instanceof CallError) return { problem: error.failure.message };
        if (error instanceof EmptyCell) return { problem: error.message };
        throw error;
      }
    },
  });
  return jobWith(rowContacts);
}
