/** The beginning of a row or a cell in the XML of a sheet. */
const opening = /<((?:\w+:)?)(row|c)(?=[\s/>])([^>]*)>/g;
const unaddressed = /<(?:\w+:)?(?:row|c)(?=[\s/>])(?![^>]*\sr=)/;

const addressOf = (attributes: string): string | undefined => /\sr=["']([^"']*)["']/.exec(attributes)?.[1];

/** The number of a column by its letters, from 1. */
const columnNumber = (letters: string): number =>
  [...letters].reduce((sum, letter) => sum * 26 + letter.charCodeAt(0) - 64, 0);

function columnLetters(column: number): string {
  if (column === 0) return '';
  const last = (column - 1) % 26;
  return columnLetters((column - 1 - last) / 26) + String.fromCharCode(65 + last);
}

/** A sheet each of whose rows and cells has its address, which a program may leave out: it follows the one before. */
export function withAddresses(xml: string): string {
  if (!unaddressed.test(xml)) return xml;
  let row = 0;
  let column = 0;
  return xml.replace(opening, (tag, prefix: string, name: string, attributes: string) => {
    const address = addressOf(attributes);
    if (name === 'row') {
      row = address === undefined ? row + 1 : Number(address);
      column = 0;
    } else {
      const letters = address === undefined ? undefined : /^[A-Z]+/.exec(address)?.[0];
      column = letters === undefined ? column + 1 : columnNumber(letters);
    }
    if (address !== undefined) return tag;
    return `<${prefix}${name} r="${name === 'row' ? '' : columnLetters(column)}${row}"${attributes}>`;
  });
}
