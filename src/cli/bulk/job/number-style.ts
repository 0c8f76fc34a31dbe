/** Digits whose point may be a decimal point, or may separate thousands. A number of thousands does not begin with 0. */
const ambiguous = /^[+-]?[1-9]\d{0,2}\.\d{3}$/;

/** Currency and blanks beside a number. */
const besideNumber = /[^\d.,+-]/g;

/** Numbers whose comma is the decimal comma, or whose points separate thousands: 99,90 and 1.234,5 and 1.000.000. */
const withComma =
  /^[+-]?(?:\d+,(?:\d{1,2}|\d{4,})|\d{4,},\d+|0\d*,\d+|\d{1,3}(?:\.\d{3})+,\d+|\d{1,3}(?:\.\d{3}){2,})$/;

/** The same with point and comma exchanged. */
const withPoint =
  /^[+-]?(?:\d+\.(?:\d{1,2}|\d{4,})|\d{4,}\.\d+|0\d*\.\d+|\d{1,3}(?:,\d{3})+\.\d+|\d{1,3}(?:,\d{3}){2,})$/;

/** Why a cell could be two numbers, without its subject; undefined if it is one number, or none. */
export function twoNumbersIn(cell: string): string | undefined {
  const text = cell.trim();
  if (!ambiguous.test(text)) return undefined;
  const thousands = text.replace('.', '');
  return `may be ${thousands} or ${Number(text)}: write ${thousands}, or ${text}0`;
}

/** Looks at the cells of a column for what its numbers mean. */
export interface NumberColumn {
  add(cell: string): void;
  /** Whether a cell could be two numbers, and no other shows which. */
  isUncertain(): boolean;
}

/**
 * Creates the look at one column.
 * @param typed whether its cells are numbers of a workbook, which are written with a decimal point.
 */
export function createNumberColumn(typed: boolean): NumberColumn {
  let twofold = false;
  let comma = false;
  let point = typed;
  return {
    add(cell) {
      const text = cell.replace(besideNumber, '');
      twofold ||= ambiguous.test(cell.trim());
      comma ||= withComma.test(text);
      point ||= withPoint.test(text);
    },
    isUncertain: () => twofold && (comma || !point),
  };
}
