import { strToU8, zipSync } from 'fflate';
import { maria, type Sample, sofia, tom } from './sample.js';

const main = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"';
const relations = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';

const escaped = (text: string): string => text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/"/g, '&quot;');

/** Formats of numbers, by their text in Excel; those that every workbook has with their numbers. */
const formats = {
  General: 0,
  'm/d/yy h:mm': 22,
  'm/d/yy': 14,
  'h:mm': 20,
  '[h]:mm:ss': 46,
  '0%': 9,
  '[h]:mm': 164,
  '[mm]:ss': 165,
  '[h]" h "mm;@': 166,
  '[$-409]h:mm\\ AM/PM;@': 167,
  '#,##0.00\\ "€ (d)"': 168,
} as const;

/** Cells as a workbook stores them. The address of each is added. */
export const text = (value: string): string =>
  `<c t="inlineStr"><is><t xml:space="preserve">${escaped(value)}</t></is></c>`;
const number = (stored: string): string => `<c><v>${stored}</v></c>`;
/** A number in one of the formats. */
export const formatted = (format: keyof typeof formats, stored: string): string =>
  `<c s="${Object.keys(formats).indexOf(format)}"><v>${stored}</v></c>`;
const date = (serial: string): string => formatted('m/d/yy h:mm', serial);
export const bool = (value: '0' | '1'): string => `<c t="b"><v>${value}</v></c>`;
const failed = (error: string): string => `<c t="e"><f>VLOOKUP(A1,B:B,1,0)</f><v>${error}</v></c>`;
const formula = (value: string): string => `<c t="str"><f>A1&amp;B1</f><v>${escaped(value)}</v></c>`;
const uncalculated = '<c><f>A1</f></c>';
export const shared = (index: number): string => `<c t="s"><v>${index}</v></c>`;

/** The XML of a sheet, from its rows by number. */
function sheetXml(rows: Readonly<Record<number, readonly string[]>>): string {
  const lines = Object.entries(rows).map(([row, cells]) => {
    const placed = cells.map((cell, column) => cell.replace('<c', `<c r="${String.fromCharCode(65 + column)}${row}"`));
    return `<row r="${row}">${placed.join('')}</row>`;
  });
  return `<worksheet ${main}><sheetData>${lines.join('')}</sheetData></worksheet>`;
}

/** A workbook with the sheets by name. */
export function workbook(
  sheets: Readonly<Record<string, Readonly<Record<number, readonly string[]>>>>,
  strings: readonly string[] = [],
  change = (xml: string): string => xml,
  properties = '',
): Uint8Array {
  const names = Object.keys(sheets);
  const files: Record<string, string> = {
    '[Content_Types].xml': '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
    'xl/workbook.xml': `<workbook ${main} xmlns:r="${relations}">${properties}<sheets>${names
      .map((name, index) => `<sheet name="${name}" sheetId="${index + 1}" r:id="rId${index + 1}"/>`)
      .join('')}</sheets></workbook>`,
    'xl/_rels/workbook.xml.rels': `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">${names
      .map(
        (_, index) =>
          `<Relationship Id="rId${index + 1}" Type="${relations}/worksheet" Target="worksheets/sheet${index + 1}.xml"/>`,
      )
      .join(
        '',
      )}<Relationship Id="s" Type="${relations}/styles" Target="styles.xml"/><Relationship Id="t" Type="${relations}/sharedStrings" Target="sharedStrings.xml"/></Relationships>`,
    'xl/styles.xml': `<styleSheet ${main}><numFmts>${Object.entries(formats)
      .filter(([, id]) => id >= 164)
      .map(([format, id]) => `<numFmt numFmtId="${id}" formatCode="${escaped(format)}"/>`)
      .join('')}</numFmts><cellStyleXfs count="1"><xf numFmtId="0"/></cellStyleXfs><cellXfs>${Object.values(formats)
      .map((id) => `<xf numFmtId="${id}" xfId="0"/>`)
      .join('')}</cellXfs></styleSheet>`,
    'xl/sharedStrings.xml': `<sst ${main}>${strings.map((each) => (each.startsWith('<') ? each : `<si><t>${escaped(each)}</t></si>`)).join('')}</sst>`,
  };
  Object.values(sheets).forEach((rows, index) => {
    files[`xl/worksheets/sheet${index + 1}.xml`] = change(sheetXml(rows));
  });
  return zipSync(Object.fromEntries(Object.entries(files).map(([name, xml]) => [name, strToU8(xml)])));
}

const headings = [text('subscriber_id'), text('first_name')];

/** Excel workbooks, whatever their names say. */
export const workbooks: readonly Sample[] = [
  {
    origin: 'Excel, .xlsx: rows that a filter hides',
    file: workbook({ Contacts: { 1: headings, 2: [text(maria), text('a')], 3: [text(tom), text('b')] } }, [], (xml) =>
      xml.replace('<row r="2"', '<row r="2" hidden="1"'),
    ),
    refused: 'the sheet "Contacts" has hidden rows',
  },
  {
    origin: 'Excel, .xlsx: a cell that is merged over two rows',
    file: workbook({ Contacts: { 1: headings, 2: [text(maria), text('a')], 3: [text(tom)] } }, [], (xml) =>
      xml.replace('</sheetData>', '</sheetData><mergeCells count="1"><mergeCell ref="B2:B3"/></mergeCells>'),
    ),
    refused: 'has cells that are merged over several rows',
  },
  {
    origin: 'Excel, .xlsx: a title that is merged over columns of one row, below the table',
    file: workbook({ Contacts: { 1: headings, 2: [text(maria), text('a')] } }, [], (xml) =>
      xml.replace('</sheetData>', '</sheetData><mergeCells count="1"><mergeCell ref="A9:B9"/></mergeCells>'),
    ),
    rows: [`2 ${maria} Hi a`],
  },
  {
    origin: 'a program that writes .xlsx: formulas with an empty value',
    file: workbook({
      Contacts: {
        1: headings,
        2: [text(maria), '<c><f>C2</f><v></v></c>'],
        3: [text(tom), '<c> <f>C3</f> <v/> </c>'],
        4: [text(sofia), '<c t="str"><f>C4</f><v></v></c>'],
      },
    }),
    rows: [`4 ${sofia} Hi there`],
    unusable: [
      ['2', '#CALC!'],
      ['3', '#CALC!'],
    ],
  },
  {
    origin: 'Excel, .xlsx: ids as text, blank rows, and cells in the strings that sheets share',
    file: workbook(
      {
        Contacts: {
          2: [shared(0), shared(1)],
          3: [text(maria), text('María & "co" <x>')],
          6: [text(` '${tom}`), text('two\nlines')],
          7: [text(sofia)],
        },
      },
      ['subscriber_id', 'first_name'],
    ),
    rows: [`3 ${maria} Hi María & "co" <x>`, `6 ${tom} Hi two\nlines`, `7 ${sofia} Hi there`],
  },
  {
    origin: 'Excel, .xlsx: ids as numbers, one of them with all digits, and a short one',
    file: workbook({
      Contacts: {
        1: headings,
        2: [number('2.4958501110451908E+16'), text('a')],
        3: [number(tom), text('b')],
        4: [number('1234567890'), text('c')],
        5: [number('2.4958501110451E+16'), text('d')],
        6: [text(sofia), text('e')],
      },
    }),
    rows: ['4 1234567890 Hi c', `6 ${sofia} Hi e`],
    unusable: [
      ['2', '"2.4958501110451908E+16" is a number that a spreadsheet may have rounded'],
      ['3', '"2.4958501110460016E+16" is a number that a spreadsheet may have rounded'],
      ['5', 'a spreadsheet may have rounded'],
    ],
  },
  {
    origin: 'Excel, .xlsx: values as numbers, dates, formulas and errors',
    file: workbook({
      Contacts: {
        1: headings,
        2: [text('24958501110450001'), number('0.30000000000000004')],
        3: [text('24958501110450002'), date('45000')],
        4: [text('24958501110450003'), date('45000.75')],
        5: [text('24958501110450004'), bool('1')],
        6: [text('24958501110450005'), formula('Ana & Bo')],
        7: [text('24958501110450006'), failed('#N/A')],
        8: [text('24958501110450007'), uncalculated],
        9: [text('24958501110450008'), number('5215541234567')],
        10: [text('24958501110450009'), number('5215541234567890')],
        11: [failed('#REF!'), text('x')],
      },
    }),
    rows: [
      '2 24958501110450001 Hi 0.3',
      '3 24958501110450002 Hi 2023-03-15',
      '4 24958501110450003 Hi 2023-03-15T18:00:00',
      '5 24958501110450004 Hi TRUE',
      '6 24958501110450005 Hi Ana & Bo',
      '9 24958501110450008 Hi 5215541234567',
    ],
    unusable: [
      ['7', 'first_name: "#N/A" is an error value'],
      ['8', 'first_name: "#CALC!" is an error value'],
      ['10', 'first_name: "5.21554123456789E+15" is a number that a spreadsheet rounded'],
      ['11', '"#REF!" is an error value'],
    ],
  },
  {
    origin: 'Excel, .xlsx: an empty sheet beside the table',
    file: workbook({ Sheet1: {}, Contacts: { 1: headings, 2: [text(maria), text('María')] } }),
    rows: [`2 ${maria} Hi María`],
  },
  {
    origin: 'Excel, .xlsx: two sheets with contacts',
    file: workbook({ Old: { 1: headings, 2: [text(tom)] }, New: { 1: headings, 2: [text(maria)] } }),
    refused: 'has several sheets, "Old", "New": name one with --sheet',
  },
  {
    origin: 'Excel, .xlsx: two sheets, and --sheet',
    file: workbook({ Old: { 1: headings, 2: [text(tom)] }, New: { 1: headings, 2: [text(maria)] } }),
    sheet: 'New',
    rows: [`2 ${maria} Hi there`],
  },
  {
    origin: 'Excel, .xlsx: a sheet that is not there',
    file: workbook({ Old: { 1: headings, 2: [text(tom)] } }),
    sheet: 'New',
    refused: 'has no sheet "New"; it has "Old"',
  },
  {
    origin: 'Excel, .xlsx: rounded ids that were pasted as text',
    file: workbook({ Contacts: { 1: headings, 2: [text('24958501110451900')], 3: [text(tom)] } }),
    refused: '1 of 2 long ids ends in zeros after the 15th digit (line 2)',
  },
  {
    origin: 'Excel, .xlsx: a workbook without cells',
    file: workbook({ Sheet1: {} }),
    refused: 'is empty; the first row of a sheet names the columns',
  },
  {
    origin: 'Excel, .xlsx: a file that broke off',
    file: workbook({ Contacts: { 1: headings, 2: [text(maria)] } }).slice(0, -200),
    refused: 'is an Excel workbook that cannot be read: open it in Excel, and export the sheet',
  },
  {
    origin: 'Excel, .xlsx, with --encoding',
    file: workbook({ Contacts: { 1: headings, 2: [text(maria)] } }),
    encoding: 'windows-1252',
    refused: '--encoding is for text, and',
  },
  {
    origin: 'Excel, .xlsb',
    file: zipSync({ '[Content_Types].xml': strToU8('<Types/>'), 'xl/workbook.bin': strToU8('x') }),
    refused: 'is a binary Excel workbook: in Excel, export the sheet',
  },
];
