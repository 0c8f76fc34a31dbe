import { crlf, lf, maria, marked, type Sample, sofia, tom } from './sample.js';

const both = [`2 ${maria} Hi María`, `3 ${tom} Hi Tom`];

/** Tables as databases, languages and services write them, and as people put them together. */
export const exports: readonly Sample[] = [
  {
    origin: 'Outlook, with a delimiter after the last cell of each row only',
    file: crlf('subscriber_id,first_name', `${maria},María,`, `${tom},Tom,`),
    rows: both,
  },
  {
    origin: 'Airtable, with lists in cells and hidden characters around ids',
    file: marked(
      lf('Subscriber ID,first_name,Tags', `\u202a${maria}\u202c,María,"VIP, new"`, `\u00a0${tom}\u200b,Tom,VIP`),
    ),
    column: 'Subscriber ID',
    rows: both,
  },
  {
    origin: 'PowerShell 5, Export-Csv: the type of the objects above the headings',
    file: crlf(
      '#TYPE System.Management.Automation.PSCustomObject',
      '"subscriber_id","first_name"',
      `"${maria}","María"`,
    ),
    rows: [`3 ${maria} Hi María`],
  },
  {
    origin: 'MySQL, SELECT INTO OUTFILE: tabs, and \\N where there is no value',
    file: lf('subscriber_id\tfirst_name', `${maria}\tMaría`, `${tom}\t\\N`),
    rows: [`2 ${maria} Hi María`, `3 ${tom} Hi there`],
  },
  {
    origin: 'MySQL, with quotes that are escaped by backslashes',
    file: lf('subscriber_id,first_name', `"${maria}","the \\"real\\", María"`),
    refused: 'line 2: the quotes in a cell do not pair up',
  },
  {
    origin: 'psql, unaligned: bars, and a footer',
    file: lf('subscriber_id|first_name', `${maria}|María`, `${tom}|Tom`, '(2 rows)'),
    rows: both,
    unusable: [['4', 'must be decimal digits']],
  },
  {
    origin: 'Hive: control characters between the cells',
    file: lf('subscriber_id\x01first_name', `${maria}\x01María`, `${tom}\x01Tom`),
    rows: both,
  },
  {
    origin: 'a mainframe: carets, and the end mark of old files',
    file: `${crlf('subscriber_id^first_name', `${maria}^María`, `${tom}^Tom`)}\x1a`,
    rows: both,
  },
  {
    origin: 'pandas, to_csv: an index in a column without a name',
    file: lf(',subscriber_id,first_name', `0,${maria},María`, `1,${tom},Tom`),
    rows: both,
  },
  {
    origin: 'R, write.csv: row names in a column with an empty name',
    file: lf('"","subscriber_id","first_name"', `"1","${maria}","María"`, `"2","${tom}","Tom"`),
    rows: both,
  },
  {
    origin: 'R, write.table: row names without a heading',
    file: lf('"subscriber_id","first_name"', `"1","${maria}","María"`, `"2","${tom}","Tom"`),
    unusable: [
      ['2', 'the row has 3 cells, and line 1 names 2 columns'],
      ['3', 'the row has 3 cells, and line 1 names 2 columns'],
    ],
  },
  {
    origin: 'a script that quotes nothing: a comma in a name',
    file: lf('subscriber_id,first_name,city', `${maria},García, María,Rome`, `${tom},Tom,Rome`),
    rows: [`3 ${tom} Hi Tom`],
    unusable: [['2', 'quote a cell that contains a comma']],
  },
  {
    origin: 'a script that writes a space behind each comma',
    file: lf('subscriber_id, "first_name"', `${maria}, "García, María"`, `${tom}, Tom`),
    rows: [`2 ${maria} Hi García, María`, `3 ${tom} Hi Tom`],
  },
  {
    origin: 'a script that writes quotes as they are',
    file: lf('subscriber_id,first_name', `${maria},John "Johnny" Doe`, `${tom},"Johnny" Doe`, `${sofia},""`),
    rows: [`2 ${maria} Hi John "Johnny" Doe`, `3 ${tom} Hi "Johnny" Doe`, `4 ${sofia} Hi there`],
  },
  {
    origin: 'a script that does not double quotes within quotes',
    file: lf('subscriber_id,first_name,note', `${maria},María,x`, `${tom},Tom,"Hi, "you" there"`),
    refused: 'line 3: the quotes in a cell do not pair up',
  },
  {
    origin: 'a script that does not double quotes, where the number of cells fits by chance',
    file: lf('subscriber_id,first_name,note', `${maria},"a" b "c, d"`),
    refused: 'line 2: the quotes in a cell do not pair up',
  },
  {
    origin: 'a text editor, a quote that is never closed',
    file: lf('subscriber_id,first_name', `${maria},"María`, `${tom},Tom`),
    refused: 'line 2: a cell begins with a quote, and no quote ends it',
  },
  {
    origin: 'a text editor, a missing quote that makes two rows of four',
    file: lf('subscriber_id,first_name', `${maria},"María`, `${tom},Tom"`, `${sofia},Sofia`),
    rows: [`4/3 ${sofia} Hi Sofia`],
    unusable: [['2', 'a cell contains what looks like another row']],
  },
  {
    origin: 'two exports in one file: the headings come again, with a byte-order mark',
    file: marked(lf('subscriber_id,first_name', `${maria},María`, '\uFEFFsubscriber_id,first_name', `${tom},Tom`)),
    rows: [`2 ${maria} Hi María`, `4 ${tom} Hi Tom`],
  },
  {
    origin: 'two exports in one file, with their columns in another order',
    file: lf('subscriber_id,phone', `${maria},34600111222`, 'phone,subscriber_id', `34600111223,${tom}`),
    options: { addTag: 'VIP' },
    refused: 'line 3: the headings come again in another order',
  },
  {
    origin: 'a CRM with two columns of one name that nothing uses',
    file: lf('subscriber_id,first_name,Email,Email', `${maria},María,a@example.com,b@example.com`, `${tom},Tom,,`),
    rows: both,
  },
  {
    origin: 'a CRM with two columns of one name, one of which is used',
    file: lf('subscriber_id,first_name,first_name', `${maria},María,Mary`),
    refused: 'the table has 2 columns named "first_name"',
  },
  {
    origin: 'a CRM with two columns of ids of one name',
    file: lf('subscriber_id,subscriber_id,first_name', `${maria},${tom},María`),
    refused: 'the table has 2 columns named "subscriber_id"',
  },
  {
    origin: 'a table that two delimiters fit',
    file: lf('subscriber_id,first_name;note', `${maria},María;x`),
    refused: 'can be read with "," or with ";" between its cells: write sep=, or sep=;',
  },
  {
    origin: 'our own list of failures, some of whom may have got the message',
    file: lf(
      '"line","id","state","kind","message","what_to_do","chat"',
      `"2","${maria}","unknown","network","lost","",""`,
    ),
    refused: 'this is the list of failures of an earlier run',
  },
  {
    origin: 'our own list of failures, with rows, whose columns were moved in a spreadsheet',
    file: lf('row,line,id,chat,what_to_do,state,kind,message', `2,2,${maria},,,unknown,network,lost`),
    refused: 'this is the list of failures of an earlier run',
  },
  {
    origin: 'the list of failures of 0.1.0',
    file: lf('line,id,state,kind,message', `2,${maria},failed,rejected,no`),
    refused: 'this is the list of failures of an earlier run',
  },
  {
    origin: 'a list of ids without a heading',
    file: lf(maria, tom),
    refused: `line 1: the first row must name the columns, and it holds ${maria}`,
  },
  {
    origin: 'an empty export: headings alone',
    file: crlf('subscriber_id,first_name'),
    rows: [],
  },
  {
    origin: 'an empty file with blank cells',
    file: crlf(',,', '  '),
    refused: 'is empty; its first line names the columns',
  },
  {
    origin: 'PowerShell, Export-Csv with semicolons',
    file: crlf('#TYPE Selected.System.String', '"subscriber_id";"first_name"', `"${maria}";"Ana, María"`),
    rows: [`3 ${maria} Hi Ana, María`],
  },
  {
    origin: 'one column whose heading has a colon',
    file: lf('ManyChat: subscriber id', maria, tom),
    options: { addTag: 'VIP' },
    column: 'ManyChat: subscriber id',
    rows: [`2 ${maria}`, `3 ${tom}`],
  },
];
