/** Digits that a spreadsheet keeps of a number. */
const keptDigits = 15;

/** So many ids that could be the result of rounding are no coincidence. */
const minExact = 8;

/** Shorter ids of ManyChat are not known. */
const usualDigits = 9;

/** Of sound ids of 17 digits, one in a hundred ends in two zeros. */
const chanceShare = 0.03;

/** Lines that a message names. */
const maxLines = 5;

/** Looks at all ids of a table, for signs that they are not the ids of its contacts. */
export interface IdDoubts {
  /** Adds an id, as decimal digits without leading zeros. */
  add(id: string, line: number): void;
  /** Why the ids are uncertain; undefined if they are not. */
  reason(): string | undefined;
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
  /** Ids that not every floating-point number could be, and whether all of them so far are one. */
  let wide = 0;
  let allExact = true;
  let allShortest = true;
  let lastWide = '';

  function addLong(id: string, line: number): void {
    long += 1;
    if (/^0+$/.test(id.slice(keptDigits))) {
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

  function rounding(): string | undefined {
    if (zeroed > 0) {
      const subject =
        long === 1 ? 'the only long id ends' : `${zeroed} of ${long} long ids ${zeroed === 1 ? 'ends' : 'end'}`;
      const chance = zeroed <= long * chanceShare ? '. So few may be chance: compare them with ManyChat' : '';
      return `${subject} in zeros after the ${keptDigits}th digit (${lineList(zeroedLines, zeroed)})${chance}`;
    }
    if (wide < minExact || !(allExact || allShortest)) return undefined;
    return `all ${wide} ids over 2^53 are numbers that a computer rounds others to`;
  }

  return {
    add(id, line) {
      ids += 1;
      if (id.length < usualDigits) short += 1;
      if (id.length > keptDigits) addLong(id, line);
    },
    reason() {
      const rounded = trusted ? undefined : rounding();
      if (rounded !== undefined) {
        return `the ids in column "${column}" look as if a spreadsheet had rounded them: ${rounded}. Rounded ids may belong to other people. Export the table again, and import it with Data > From Text/CSV and this column as Text (in Google Sheets without converting text to numbers), or pass --trust-ids if they are right`;
      }
      if (!requested && short * 2 > ids) {
        return `the column "${column}" may hold the ids of another system, or no ids: most have fewer than ${usualDigits} digits. If they are ManyChat's contact ids, pass --id-column "${column}"`;
      }
      return undefined;
    },
  };
}
