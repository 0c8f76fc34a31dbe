import { crlf, lf, maria, type Sample, sofia, tom } from './sample.js';

const order = { sendText: 'Order {{order|none}}' };
const tag = { addTag: 'VIP' };
const swallowed = 'a cell contains what looks like another row';
const broken = 'look like one row that a line break has split';
const split = 'a carriage return, which ends no other line, may have split the row';

/** Tables whose cells are in another column or row than they were meant for. */
export const shifted: readonly Sample[] = [
  {
    origin: 'a script that quotes nothing: a comma in a name before an empty last cell',
    file: lf('subscriber_id,first_name,order', `${maria},Perez, Juan,`, `${tom},Tom,A-2`),
    options: order,
    rows: [`3 ${tom} Order A-2`],
    unusable: [['2', 'the row has 4 cells, and line 1 names 3 columns: quote a cell that contains a comma']],
  },
  {
    origin: 'a comma in the name of the only row, before an empty last cell',
    file: lf('subscriber_id,first_name,order', `${maria},Perez, Juan,`),
    options: order,
    unusable: [['2', 'the row has 4 cells, and line 1 names 3 columns']],
  },
  {
    origin: 'a script that quotes nothing: a comma in most names before an empty last cell',
    file: lf('subscriber_id,first_name,order', `${maria},Perez,Juan,`, `${sofia},Ruiz,Ana,`, `${tom},Tom,A-2`),
    options: order,
    rows: [`4 ${tom} Order A-2`],
    unusable: [
      ['2', 'the row has 4 cells, and line 1 names 3 columns: quote a cell that contains a comma'],
      ['3', 'the row has 4 cells, and line 1 names 3 columns'],
    ],
  },
  {
    origin: 'a script that quotes nothing: a comma in all names before an empty last cell',
    file: lf('subscriber_id,first_name,order', `${maria},Perez, Juan,`, `${sofia},Ruiz,Ana,`, `${tom},Smith, Tom,`),
    options: order,
    unusable: ['2', '3', '4'].map((line) => [line, 'the row has 4 cells, and line 1 names 3 columns']),
  },
  {
    origin: 'a comma in one name, in a table whose rows all end with a comma and an empty cell',
    file: lf('subscriber_id,first_name,order', `${maria},Perez, Juan,`, `${sofia},Ana,A-1,`, `${tom},Tom,A-2,`),
    options: order,
    rows: [`3 ${sofia} Order A-1`, `4 ${tom} Order A-2`],
    unusable: [['2', 'the row has 4 cells, and line 1 names 3 columns']],
  },
  {
    origin: 'a script that writes a space behind each comma, and a comma after each row',
    file: lf('subscriber_id, first_name, order', `${maria}, Ana, A-1,`, `${tom}, Tom, A-2,`),
    options: order,
    rows: [`2 ${maria} Order A-1`, `3 ${tom} Order A-2`],
  },
  {
    origin: 'a database client with a semicolon after each row, and a footer',
    file: lf('subscriber_id;first_name;order', `${maria};Ana;A-1;`, `${tom};Tom;A-2;`, '(2 rows)'),
    options: order,
    rows: [`2 ${maria} Order A-1`, `3 ${tom} Order A-2`],
    unusable: [['4', 'must be decimal digits']],
  },
  {
    origin: 'a comma in a name, in a table with a delimiter after each row',
    file: lf('subscriber_id,first_name,order', `${maria},Perez, Juan,,`, `${tom},Tom,A-2,`, `${sofia},Sofia,A-3,`),
    options: order,
    rows: [`3 ${tom} Order A-2`, `4 ${sofia} Order A-3`],
    unusable: [['2', 'the row has 5 cells, and line 1 names 3 columns']],
  },
  {
    origin: 'a comma in a name, which moves the last cell under a heading without a name',
    file: lf('subscriber_id,first_name,order,', `${maria},Perez, Juan,A-1`, `${tom},Tom,A-2,`),
    options: order,
    rows: [`3 ${tom} Order A-2`],
    unusable: [['2', 'the row has 4 cells, and line 1 names 3 columns']],
  },
  {
    origin: 'a quote that is escaped by a backslash, before an empty last cell',
    file: lf('subscriber_id,note,order', `${maria},"size 5\\", blue",`, `${tom},x,A-2`),
    options: order,
    rows: [`3 ${tom} Order A-2`],
    unusable: [['2', 'the row has 4 cells, and line 1 names 3 columns']],
  },
  {
    origin: 'two exports in one file, the second with another column',
    file: lf('subscriber_id,first_name,order', `${maria},Ana,A-1`, 'subscriber_id,first_name,phone', `${tom},Tom,600`),
    options: order,
    refused: 'line 3: the headings come again in another order or with other names',
  },
  {
    origin: 'two exports in one file, the second with its columns in another order and in capitals',
    file: lf('subscriber_id,first_name,order', `${maria},Ana,A-1`, 'Subscriber_ID,Order,First_Name', `${tom},A-2,Tom`),
    options: order,
    refused: 'line 3: the headings come again in another order or with other names',
  },
  {
    origin: 'two exports in one file, the second without a column',
    file: lf('subscriber_id,first_name,order', `${maria},Ana,A-1`, 'Subscriber ID,First Name', `${tom},Tom`),
    options: order,
    refused: 'line 3: the headings come again',
  },
  {
    origin: 'two exports in one file, with headings that differ in case and blanks',
    file: lf('subscriber_id,first_name,order', `${maria},Ana,A-1`, 'Subscriber ID,First Name,Order', `${tom},Tom,A-2`),
    options: order,
    rows: [`2 ${maria} Order A-1`, `4 ${tom} Order A-2`],
  },
  {
    origin: 'a missing quote that makes one row of two, with apostrophes before the ids',
    file: lf('subscriber_id,first_name', `'${maria},"Ana`, `'${tom},Tom"`, `'${sofia},Sofia`),
    rows: [`4/3 ${sofia} Hi Sofia`],
    unusable: [['2', swallowed]],
  },
  {
    origin: 'a missing quote that makes one row of two, with keys',
    file: lf('key,first_name', `user:${maria},"Ana`, `user:${tom},Tom"`, `user:${sofia},Sofia`),
    options: { sendText: 'Hi {{first_name|there}}', idColumn: 'key' },
    column: 'key',
    rows: [`4/3 ${sofia} Hi Sofia`],
    unusable: [['2', swallowed]],
  },
  {
    origin: 'a missing quote that makes one row of two, with short ids and --id-column',
    file: lf('id,first_name', '10,"Ana', '11,Tom"', '12,Sofia'),
    options: { ...tag, idColumn: 'id' },
    column: 'id',
    rows: ['4/3 12'],
    unusable: [['2', swallowed]],
  },
  {
    origin: 'a missing quote that makes one row of two, with the ids in the second column',
    file: lf('first_name,subscriber_id,note', `Ana,${maria},"x`, `Tom,${tom},y"`, `Sofia,${sofia},z`),
    rows: [`4/3 ${sofia} Hi Sofia`],
    unusable: [['2', swallowed]],
  },
  {
    origin: 'a missing quote in the first cell, with the ids in the second column',
    file: lf('first_name,subscriber_id', `"Ana,${maria}`, `Tom",${tom}`, `Sofia,${sofia}`),
    rows: [`4/3 ${sofia} Hi Sofia`],
    unusable: [['2', swallowed]],
  },
  {
    origin: 'a missing quote in the headings',
    file: lf('subscriber_id,"note', `${maria},x`, `${tom},y"`, `${sofia},z`),
    options: tag,
    refused: 'line 1: a heading contains what looks like a row: is a quote missing that ends the cell?',
  },
  {
    origin: 'a missing quote in the headings, with short ids and --id-column',
    file: lf('id,"note', '10,x', '11,y"', '12,z'),
    options: { ...tag, idColumn: 'id' },
    refused: 'line 1: a heading contains what looks like a row',
  },
  {
    origin: 'addresses of several lines, with a postal code and a phone number',
    file: lf(
      'subscriber_id,first_name,address',
      `${maria},María,"C/ Mayor 5\n28013 Madrid, 612345678"`,
      `${tom},Tom,"C/ Mayor 5\n28013, Madrid\n+34612345678, 34612345678"`,
    ),
    rows: [`2 ${maria} Hi María`, `4/3 ${tom} Hi Tom`],
  },
  {
    origin: 'a long number behind a comma in quotes, beside a cell of several lines',
    file: lf('subscriber_id,first_name,card,note', `${maria},María,"Visa, 4111111111111111","a\nb"`),
    rows: [`2 ${maria} Hi María`],
  },
  {
    origin: 'a script that quotes nothing: a line break in a name',
    file: lf('subscriber_id,first_name,order', `${maria},foo`, 'bar,A-1', `${tom},Tom,A-2`),
    options: order,
    rows: [`4 ${tom} Order A-2`],
    unusable: [
      ['2', broken],
      ['3', broken],
    ],
  },
  {
    origin: 'a script that quotes nothing: an empty line in a name, at the end of the table',
    file: lf('subscriber_id,first_name,order', `${tom},Tom,A-2`, `${maria},foo`, '', 'bar', 'baz,A-1'),
    options: order,
    rows: [`2 ${tom} Order A-2`],
    unusable: [
      ['3', broken],
      ['5', broken],
      ['6', broken],
    ],
  },
  {
    origin: 'a script that quotes nothing: a line break in a name before the id',
    file: lf('first_name,subscriber_id,order', 'An', `a,${maria},A-1`, `Tom,${tom},A-2`),
    options: order,
    rows: [`4 ${tom} Order A-2`],
    unusable: [
      ['2', broken],
      ['3', broken],
    ],
  },
  {
    origin: 'short rows that have ids of their own',
    file: lf('first_name,subscriber_id,order', `Ana,${maria}`, `Tom,${tom}`, `Sofia,${sofia},A-3`),
    options: order,
    rows: [`2 ${maria} Order none`, `3 ${tom} Order none`, `4 ${sofia} Order A-3`],
  },
  {
    origin: 'a carriage return in a name, in a table with LF',
    file: lf('subscriber_id,first_name,order', `${maria},Perez\r, Juan`, `${tom},Tom,A-2`),
    options: order,
    rows: [`4 ${tom} Order A-2`],
    unusable: [
      ['2', split],
      ['3', split],
    ],
  },
  {
    origin: 'a carriage return in a name before the id, in a table with CRLF',
    file: crlf('first_name,order,subscriber_id', `Tom,A-2,${tom}`, `An,x,y\ra,A-1,${maria}`),
    options: order,
    rows: [`2 ${tom} Order A-2`],
    unusable: [
      ['3', split],
      ['4', split],
    ],
  },
  {
    origin: 'a carriage return in the headings of a table with LF',
    file: lf('subscriber_id,first_name\r,order', `${maria},Ana,`, `${tom},Tom,`),
    refused: 'line 1: the headings end with a carriage return, and other lines do not',
  },
  {
    origin: 'carriage returns in quotes, in a table with CRLF',
    file: crlf('subscriber_id,first_name,note', `${maria},María,"a\rb"`, `${tom},Tom,x`),
    rows: [`2 ${maria} Hi María`, `4/3 ${tom} Hi Tom`],
  },
  {
    origin: 'a program that converted CRLF once more',
    file: `subscriber_id,first_name\r\r\n${maria},María\r\r\n${tom},"Tom"\r\r\n`,
    rows: [`3 ${maria} Hi María`, `5 ${tom} Hi Tom`],
  },
];
