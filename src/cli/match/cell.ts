import type { Result } from '../../../tools/contract/json.js';
import { cleanEmail, comparableEmail, emailProblem } from '../../../tools/values/addresses/email.js';
import { asWritten, trimmed } from '../../../tools/values/addresses/marks.js';
import { internationalDigits, parsePhone } from '../../../tools/values/addresses/phone.js';
import { fitValue } from '../../../tools/values/field-values.js';
import { twoNumbersIn } from '../bulk/job/number-style.js';
import { damageOf } from '../bulk/table/damage.js';
import type { Match } from './match.js';

/** The custom field by which contacts are found. */
export interface MatchedField {
  readonly id: string;
  readonly type: 'text' | 'number';
}

/** What a cell asks for. */
export interface AskedCell {
  /** The same for all spellings of one email, number or value. A journal remembers the contact by it. */
  readonly key: string;
  /** What is looked for, as a person reads it. */
  readonly text: string;
  /** Arguments of the search, without the field. */
  readonly input: Result;
}

/** Why a cell asks for nothing. */
export interface CellProblem {
  readonly problem: string;
}

function readEmail(cell: string): AskedCell | CellProblem {
  const email = cleanEmail(cell);
  const problem = emailProblem(email);
  return problem === undefined
    ? { key: `email:${comparableEmail(email)}`, text: email, input: { email } }
    : { problem };
}

function readPhone(cell: string): AskedCell | CellProblem {
  const phone = parsePhone(cell);
  if ('problem' in phone) return phone;
  const digits = internationalDigits(phone);
  if (digits === undefined) {
    return { problem: 'can mean several numbers: write it with + and country code, like +15400000000' };
  }
  const number = `+${digits}`;
  return { key: `phone:${number}`, text: number, input: { phone: number } };
}

function readFieldValue(cell: string, type: MatchedField['type']): AskedCell | CellProblem {
  const value = trimmed(cell).normalize('NFC');
  if (type === 'text') return { key: `field:${value}`, text: value, input: { field_value: value } };
  const twofold = twoNumbersIn(value);
  if (twofold !== undefined) return { problem: `${twofold}, because the field is of type number` };
  const fitted = fitValue(value, type, 'utc');
  if ('problem' in fitted) return { problem: `${fitted.problem}, because the field is of type number` };
  const number = String(fitted.value);
  return { key: `field:${number}`, text: number, input: { field_value: number } };
}

/**
 * Reads the cell of a row as what its contact is known by.
 * @param type the type of the field, if it is one and its type is known.
 */
export function readCell(match: Match, cell: string, type: MatchedField['type'] = 'text'): AskedCell | CellProblem {
  if (trimmed(cell) === '') return { problem: `${match.column} is empty` };
  const damage = damageOf(trimmed(cell));
  const read =
    damage !== undefined
      ? { problem: damage }
      : match.by === 'email'
        ? readEmail(cell)
        : match.by === 'phone'
          ? readPhone(cell)
          : readFieldValue(cell, type);
  return 'problem' in read ? { problem: `${match.column}: ${asWritten(cell)} ${read.problem}` } : read;
}
