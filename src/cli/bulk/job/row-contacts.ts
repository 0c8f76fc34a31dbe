import type { AskedCell, CellProblem } from '../../match/cell.js';
import { readCell } from '../../match/cell.js';
import type { Contacts, NoContact } from '../../match/contacts.js';
import { type Match, matchOf, sourceText } from '../../match/match.js';
import { idDamageOf, idText, shownCell } from '../table/damage.js';
import type { Row } from '../table/rows.js';
import type { JobOptions } from './action.js';
import { idColumnOf } from './id-column.js';
import { createIdDoubts, type IdDoubts } from './id-doubts.js';

/** Says which contact each row of a table means. */
export interface RowContacts {
  /** The column that says it. */
  readonly column: string;
  /** The column, as it is named before anything happens. */
  readonly source: string;
  /** What the contacts are known by; undefined if by their ids. */
  readonly match: Match | undefined;
  /** Whether the contacts are known, and not only what is to be looked up. */
  readonly known: boolean;
  /** The contact of a row, or why there is none. `asked`: it was not looked up, and the id is none. */
  contactOf(cells: Row['cells']): { readonly id: string; readonly asked?: AskedCell } | CellProblem | NoContact;
  /** Creates the check of all ids of the table. */
  doubts(): IdDoubts;
}

function contactsById({ idColumn, trustIds }: JobOptions, columns: readonly string[]): RowContacts {
  const column = idColumnOf(idColumn, columns);
  return {
    column,
    source: `ids from column "${column}"`,
    match: undefined,
    known: true,
    contactOf(cells) {
      const id = idText(cells[column] ?? '');
      if (id === '') return { problem: `${column} is empty` };
      const damage = idDamageOf(id);
      return damage === undefined
        ? { id }
        : { problem: `${column}: must be decimal digits; ${shownCell(id)} ${damage}` };
    },
    doubts: () => createIdDoubts(column, { requested: idColumn !== undefined, trusted: trustIds === true }),
  };
}

/** Passes the check of an action; nothing is done for it. */
const noId = '1';

/** Contacts that are known by an email, a phone or a field, and were looked up if `contacts` are given. */
export function contactsByMatch(match: Match, { trustIds }: JobOptions, contacts?: Contacts): RowContacts {
  const { column } = match;
  return {
    column,
    source: sourceText(match),
    match,
    known: contacts !== undefined,
    contactOf(cells) {
      const cell = cells[column] ?? '';
      if (contacts !== undefined) return contacts.contactOf(cell);
      const asked = readCell(match, cell);
      return 'problem' in asked ? asked : { id: noId, asked };
    },
    doubts() {
      const doubts = createIdDoubts(column, { requested: true, trusted: trustIds === true });
      return {
        ...doubts,
        // A number of a field may be rounded like an id.
        add(_, { line, cells }) {
          const value = cells[column] ?? '';
          if (match.by === 'field' && /^[1-9]\d{15,}$/.test(value)) doubts.add(value, { line, cells: {} });
        },
      };
    },
  };
}

/**
 * What says which contact each row means, by the flags and the headings.
 * @throws UsageError if that is uncertain.
 */
export function rowContactsOf(options: JobOptions, columns: readonly string[]): RowContacts {
  const match = matchOf(options, columns);
  return match === undefined ? contactsById(options, columns) : contactsByMatch(match, options);
}
