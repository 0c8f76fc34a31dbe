import { maria, type Sample, sofia, tom } from './sample.js';
import { bool, formatted, shared, text, workbook } from './workbooks.js';

const headings = [text('subscriber_id'), text('first_name')];
const ids = Array.from({ length: 12 }, (_, index) => `249585011104500${11 + index}`);

/** Contacts with these cells beside their ids, from row 2. */
const contacts = (...cells: readonly string[]): Readonly<Record<number, readonly string[]>> =>
  Object.fromEntries([
    [1, headings],
    ...cells.map((cell, index): [number, string[]] => [index + 2, [text(ids[index] ?? ''), cell]]),
  ]);

const shown = (...values: readonly string[]): readonly string[] =>
  values.map((value, index) => `${index + 2} ${ids[index]} Hi ${value}`);

const isoDate = (value: string): string => `<c t="d"><v>${value}</v></c>`;

/** Kinds of cells of Excel workbooks. */
export const workbookCells: readonly Sample[] = [
  {
    origin: 'Excel, .xlsx: durations of more than a day',
    file: workbook({
      Contacts: contacts(
        formatted('[h]:mm', '1.5'),
        formatted('[h]:mm:ss', '2.50001157407407'),
        formatted('[mm]:ss', '0.0625'),
        formatted('[h]" h "mm;@', '1.5'),
        formatted('[h]:mm', '0.0416666666666667'),
        formatted('[h]:mm', '45000'),
      ),
    }),
    rows: shown('36:00', '60:00:01', '90:00', '36:00:00', '1:00', '1080000:00'),
  },
  {
    origin: 'Excel, .xlsx: times of day, which a spreadsheet shows without their days',
    file: workbook({
      Contacts: contacts(
        formatted('h:mm', '0.75'),
        formatted('h:mm', '1.25'),
        formatted('[$-409]h:mm\\ AM/PM;@', '45000.4305555556'),
        formatted('m/d/yy h:mm', '0.430555555555556'),
        formatted('m/d/yy h:mm', '45000.430555555556'),
      ),
    }),
    rows: shown('18:00:00', '06:00:00', '10:20:00', '10:20:00', '2023-03-15T10:20:00'),
  },
  {
    origin: 'Excel, .xlsx: dates that there are not, and those of 1900 of which spreadsheets disagree',
    file: workbook({
      Contacts: contacts(
        formatted('m/d/yy', '0'),
        formatted('m/d/yy', '1'),
        formatted('m/d/yy', '60'),
        formatted('m/d/yy', '-1'),
        formatted('h:mm', '-0.5'),
        formatted('[h]:mm', '-1'),
        formatted('m/d/yy', '61'),
      ),
    }),
    rows: [`8 ${ids[6]} Hi 1900-03-01`],
    unusable: ['2', '3', '4', '5', '6', '7'].map((row) => [
      row,
      'first_name: "########" is what a spreadsheet shows of a date that there is not',
    ]),
  },
  {
    origin: 'Excel for Mac, .xlsx: days that are counted from 1904',
    file: workbook(
      {
        Contacts: contacts(
          formatted('m/d/yy', '43538'),
          formatted('h:mm', '0.75'),
          formatted('[h]:mm', '1.5'),
          formatted('m/d/yy', '43538.75'),
        ),
      },
      [],
      undefined,
      '<workbookPr date1904="1"/>',
    ),
    rows: shown('2023-03-15', '18:00:00', '36:00', '2023-03-15T18:00:00'),
  },
  {
    origin: 'a program that writes .xlsx: dates in ISO 8601',
    file: workbook({
      Contacts: contacts(isoDate('2023-03-15T00:00:00'), isoDate('2023-03-15T18:00:00.000'), isoDate('2023-03-15')),
    }),
    rows: shown('2023-03-15', '2023-03-15T18:00:00', '2023-03-15'),
  },
  {
    origin: 'Excel, .xlsx: percentages, amounts of money and booleans, without their formats',
    file: workbook({
      Contacts: contacts(formatted('0%', '0.5'), formatted('#,##0.00\\ "€ (d)"', '1250.5'), bool('0')),
    }),
    rows: shown('0.5', '1250.5', 'FALSE'),
  },
  {
    origin: 'Excel, .xlsx: texts with several fonts and with readings, in the cell and in shared strings',
    file: workbook(
      {
        Contacts: contacts(
          '<c t="inlineStr"><is><r><rPr><b/></rPr><t>Ana </t></r><r><t>María</t></r></is></c>',
          shared(0),
          shared(1),
          '<c t="str"><f>A1</f><v>_x0041_na_x000D_&#10;B</v></c>',
        ),
      },
      [
        '<si><r><t>Ana </t></r><r><rPr><b/></rPr><t>María</t></r></si>',
        '<si><t>東京</t><rPh sb="0" eb="2"><t>トウキョウ</t></rPh></si>',
      ],
    ),
    rows: shown('Ana María', 'Ana María', '東京', 'Ana\nB'),
  },
  {
    origin: 'Excel, .xlsx: formulas with their last values, of each type',
    file: workbook({
      Contacts: contacts(
        '<c><f>1/4</f><v>0.25</v></c>',
        '<c t="b"><f>TRUE()</f><v>1</v></c>',
        '<c s="6"><f>3/2</f><v>1.5</v></c>',
        '<c s="1"><f t="shared" si="0"/><v>45000.75</v></c>',
        '<c t="e"><f>1/0</f><v>#DIV/0!</v></c>',
      ),
    }),
    rows: shown('0.25', 'TRUE', '36:00', '2023-03-15T18:00:00'),
    unusable: [['6', 'first_name: "#DIV/0!" is an error value']],
  },
  {
    origin: 'a program that writes .xlsx: rows and cells without their addresses, and empty ones between',
    file: workbook(
      { Contacts: { 1: headings, 2: [text(maria), text('María')], 3: [text(tom), '<c/>'], 4: ['<c/>', text('x')] } },
      [],
      (xml) => xml.replace(/ r="[A-Z]*\d+"/g, ''),
    ),
    rows: [`2 ${maria} Hi María`, `3 ${tom} Hi there`],
    unusable: [['4', 'subscriber_id is empty']],
  },
  {
    origin: 'a program that writes .xlsx: some rows and cells without their addresses',
    file: workbook(
      { Contacts: { 1: headings, 2: [text(maria), text('María')], 3: [text(tom), text('Tom')], 5: [text(sofia)] } },
      [],
      (xml) => xml.replace(' r="3"', '').replace(' r="B2"', '').replace(' r="A3"', ''),
    ),
    rows: [`2 ${maria} Hi María`, `3 ${tom} Hi Tom`, `5 ${sofia} Hi there`],
  },
];
