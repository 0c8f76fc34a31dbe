import type { Failure } from '../../../tools/contract/failure.js';
import { asWritten } from '../../../tools/values/addresses/marks.js';
import { UsageError } from '../../config/usage-error.js';
import type { MatchedContact } from '../bulk/journal/entry.js';
import type { Table } from '../bulk/table/csv-table.js';
import { type AskedCell, type CellProblem, type MatchedField, readCell } from './cell.js';
import { type Finding, type LookupSide, lookUpAll } from './look-up.js';
import { type Match, soughtText } from './match.js';

/** Why a row has no contact. */
export interface NoContact extends CellProblem {
  readonly found: Exclude<Finding['found'], 'one'> | 'unusable';
  /** The contacts, if there are several. */
  readonly ids?: readonly string[] | undefined;
}

/** The contacts of a table, by the cells that say who they are. */
export interface Contacts {
  contactOf(cell: string): { readonly id: string } | NoContact;
}

/** Called as cells are looked up. */
export interface LookupEvents {
  /** Called for each contact that was looked up and found. */
  onFound(matched: MatchedContact): void;
  onProgress(done: number, total: number): void;
}

/** What is known before anything is looked up. */
export interface Known {
  readonly match: Match;
  /** The field by which contacts are found. */
  readonly field: MatchedField | undefined;
  /** Ids of the contacts that were found before. */
  readonly ids: ReadonlyMap<string, string>;
}

const whatsappHint = '. WhatsApp contacts are found only by a custom field that holds their number: see --match-field';

/** Contacts whose findings are these. */
function contactsOf({ match, field, ids }: Known, findings: ReadonlyMap<string, Finding>): Contacts {
  return {
    contactOf(cell) {
      const asked = readCell(match, cell, field?.type);
      if ('problem' in asked) return { found: 'unusable', ...asked };
      const id = ids.get(asked.key);
      if (id !== undefined) return { id };
      const finding = findings.get(asked.key);
      if (finding === undefined)
        throw new UsageError('the table was changed while its contacts were looked up: run the command again');
      if (finding.found === 'one') return { id: finding.id };
      const hint = finding.found === 'none' && match.by === 'phone' ? whatsappHint : '';
      return {
        found: finding.found,
        ids: finding.ids,
        problem: `${soughtText(match, asWritten(asked.text))} ${finding.why}${hint}`,
      };
    },
  };
}

/** The cells of a table that are to be looked up, each once. */
async function cellsToLookUp(table: Table, { match, field, ids }: Known): Promise<Map<string, AskedCell>> {
  const cells = new Map<string, AskedCell>();
  for await (const row of table.rows()) {
    if (row.problem !== undefined) continue;
    const asked = readCell(match, row.cells[match.column] ?? '', field?.type);
    if (!('problem' in asked) && !ids.has(asked.key) && !cells.has(asked.key)) cells.set(asked.key, asked);
  }
  return cells;
}

/**
 * Looks up the contacts of a table, at the pace of the limits. Contacts that were found before are not looked up again, so
 * that a row keeps its contact whoever has the email later.
 * @throws the reason of the signal if that fires before all are looked up.
 */
export async function findContacts(
  table: Table,
  known: Known,
  side: LookupSide,
  { onFound, onProgress }: LookupEvents,
): Promise<Contacts | { readonly failure: Failure }> {
  const cells = await cellsToLookUp(table, known);
  const findings = new Map<string, Finding>();
  if (cells.size > 0) onProgress(0, cells.size);
  const failure = await lookUpAll(cells.values(), known.field, side, ({ key }, finding) => {
    findings.set(key, finding);
    if (finding.found === 'one') onFound({ match: key, id: finding.id });
    onProgress(findings.size, cells.size);
  });
  side.signal.throwIfAborted();
  return failure === undefined ? contactsOf(known, findings) : { failure };
}
