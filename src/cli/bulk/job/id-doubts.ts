import type { Row } from '../table/rows.js';
import { isPhoneColumn } from './id-column.js';

/** Digits that a spreadsheet keeps of a number. */
const keptDigits = 15;

/** So many ids that could be the result of rounding are no coincidence. */
const minExact = 8;

/** Shorter ids of ManyChat are not known. */
const usualDigits = 9;

/** Of sound ids of 17 digits, one in a hundred ends in two zeros. */
const chanceShare = 0.03;

/**
 * While chance gives up to so many ids with only zeros after the kept digits, one is enough to stop: in a table of 10 ids
 * of 16 digits, of 100 of 17 digits, of 1,000 of 18 digits.
 */
const maxStrictChance = 1;

/** Standard deviations above what chance gives. It stops one sound table in 200. */
const maxDeviation = 3;

/** Lines that a message names. */
const maxLines = 5;

/** Looks at all ids of a table, for signs that they are not the ids of its contacts. */
export interface IdDoubts {
  /** Adds an id, as decimal digits without leading zeros, and its row. */
  add(id: string, row: Pick<Row, 'line' | 'cells'>): void;
  /** Why the ids are uncertain; undefined if they are not. */
  reason(): string | undefined;
  /** What may be worth a look although it is no reason. */
  remark(): string | undefined;
}

/** Ids of one length, and how many of them have only zeros after the kept digits. */
interface Tally {
  readonly count: number;
  readonly zeroed: number;
}

/** Whether more ids are zeroed than chance gives. */
const isBeyondChance = (zeroed: number, expected: number): boolean =>
  zeroed >= 2 && zeroed > expected + maxDeviation * Math.sqrt(expected);

/** Whether a spreadsheet must be assumed to have zeroed ids. The tallies are by length. */
function areRounded(tallies: ReadonlyMap<number, Tally>): boolean {
  let zeroed = 0;
  let long = 0;
  let expected = 0;
  for (const [length, tally] of tallies) {
    const chance = tally.count / 10 ** (length - keptDigits);
    // Many ids of 16 digits would hide a few longer ones.
    if (isBeyondChance(tally.zeroed, chance)) return true;
    zeroed += tally.zeroed;
    long += tally.count;
    expected += chance;
  }
  if (zeroed > 0 && (zeroed === long || expected <= maxStrictChance)) return true;
  return isBeyondChance(zeroed, expected);
}

/** The lines as a list: `lines 2, 3 and 5 more`. */
function lineList(lines: readonly number[], count: number): string {
  const rest = count - lines.length;
  return `${count === 1 ? 'line' : 'lines'} ${lines.join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}

/** What the command line says about the ids. */
interface Assurances {
  /** Whether it names their column. */
  readonly requested: boolean;
  /** Whether ids that look rounded are right all the same. */
  readonly trusted: boolean;
}

/**
 * Creates the check for one table.
 * @param column the column of the ids, for the reasons.
 */
export function createIdDoubts(column: string, { requested, trusted }: Assurances): IdDoubts {
  let ids = 0;
  let short = 0;
  /** Ids with more digits than a spreadsheet keeps. */
  let long = 0;
  let zeroed = 0;
  const zeroedLines: number[] = [];
  const tallies = new Map<number, Tally>();
  /** How many ids are the phone of their row, by column. */
  const phoneCounts = new Map<string, number>();
  /** Ids that not every floating-point number could be, and whether all of them so far are one. */
  let wide = 0;
  let allExact = true;
  let allShortest = true;
  let lastWide = '';
  /** Whether `resolve` wrote the table. */
  let resolved = false;

  function addLong(id: string, line: number): void {
    long += 1;
    const isZeroed = /^0+$/.test(id.slice(keptDigits));
    const tally = tallies.get(id.length) ?? { count: 0, zeroed: 0 };
    tallies.set(id.length, { count: tally.count + 1, zeroed: tally.zeroed + (isZeroed ? 1 : 0) });
    if (isZeroed) {
      zeroed += 1;
      if (zeroedLines.length < maxLines) zeroedLines.push(line);
    }
    if (!(allExact || allShortest) || id === lastWide) return;
    const number = Number(id);
    if (number <= Number.MAX_SAFE_INTEGER) return;
    lastWide = id;
    wide += 1;
    allExact &&= BigInt(number) === BigInt(id);
    allShortest &&= String(number) === id;
  }

  function addPhones(id: string, cells: Row['cells']): void {
    for (const [name, cell] of Object.entries(cells)) {
      if (name === column || cell.replace(/\D/g, '').replace(/^0+/, '') !== id || !isPhoneColumn(name)) continue;
      phoneCounts.set(name, (phoneCounts.get(name) ?? 0) + 1);
    }
  }

  function zeroedText(): string {
    const subject =
      long === 1 ? 'the only long id ends' : `${zeroed} of ${long} long ids ${zeroed === 1 ? 'ends' : 'end'}`;
    return `${subject} in zeros after the ${keptDigits}th digit (${lineList(zeroedLines, zeroed)})`;
  }

  function rounding(): string | undefined {
    if (areRounded(tallies)) {
      const chance = zeroed <= long * chanceShare ? '. So few may be chance: compare them with ManyChat' : '';
      return `${zeroedText()}${chance}`;
    }
    if (wide < minExact || !(allExact || allShortest)) return undefined;
    return `all ${wide} ids over 2^53 are numbers that a computer rounds others to`;
  }

  return {
    add(id, { line, cells }) {
      ids += 1;
      resolved ||= 'manychat_match' in cells;
      if (id.length < usualDigits) short += 1;
      if (id.length > keptDigits) addLong(id, line);
      addPhones(id, cells);
    },
    reason() {
      for (const [name, count] of phoneCounts) {
        if (count * 2 > ids) {
          return `the column "${column}" holds the phone numbers of the column "${name}", and a phone number may be the id of another contact: a column with ManyChat's contact ids is needed`;
        }
      }
      const rounded = trusted ? undefined : rounding();
      if (rounded !== undefined) {
        return `the ids in column "${column}" look as if a spreadsheet had rounded them: ${rounded}. Rounded ids may belong to other people. Export the table again, and import it with Data > From Text/CSV and this column as Text (in Google Sheets without converting text to numbers). Save it under the same name, by which its journal is found. Or pass --trust-ids if they are right${resolved ? ', as they are if resolve wrote this table and no spreadsheet has saved it since' : ''}`;
      }
      if (!requested && short * 2 > ids) {
        return `the column "${column}" may hold the ids of another system, or no ids: most have fewer than ${usualDigits} digits. If they are ManyChat's contact ids, pass --id-column "${column}"`;
      }
      return undefined;
    },
    remark() {
      if (trusted || zeroed === 0) return undefined;
      return `${zeroedText()}, which may be chance: compare ${zeroed === 1 ? 'it' : 'them'} with ManyChat if a spreadsheet saved the table.`;
    },
  };
}
