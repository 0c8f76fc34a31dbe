import { crlf, lf, maria, marked, type Sample, sofia, tom, utf16be, utf16le } from './sample.js';

const both = [`2 ${maria} Hi María`, `3 ${tom} Hi Tom`];

/** Tables as spreadsheets save them. */
export const spreadsheets: readonly Sample[] = [
  {
    origin: 'Excel, CSV UTF-8',
    file: marked(crlf('subscriber_id,first_name', `${maria},María`, `${tom},Tom`)),
    rows: both,
  },
  {
    origin: 'Excel, CSV UTF-8, German: semicolons and decimal commas',
    file: marked(crlf('subscriber_id;first_name;Betrag', `${maria};María;1.250,50`, `${tom};Tom;10,5`)),
    rows: both,
  },
  {
    origin: 'Excel, Unicode Text: UTF-16 with tabs',
    file: utf16le(crlf('subscriber_id\tfirst_name', `${maria}\tMaría`, `${tom}\tTom`)),
    rows: both,
  },
  {
    origin: 'Excel, CSV in Windows-1252',
    file: Buffer.from(crlf('subscriber_id;first_name', `${maria};Mar\xeda`), 'latin1'),
    refused:
      'is not UTF-8 text; save it as "CSV UTF-8" in your spreadsheet, or say how it was saved, as in --encoding windows-1252',
  },
  {
    origin: 'Excel, CSV in Windows-1252, with --encoding',
    file: Buffer.from(crlf('subscriber_id;first_name', `${maria};Mar\xeda \x80\x96\x99`, `${tom};Tom`), 'latin1'),
    encoding: 'windows-1252',
    rows: [`2 ${maria} Hi María €–™`, `3 ${tom} Hi Tom`],
  },
  {
    origin: 'Excel for Mac, CSV (Macintosh): Mac Roman and lone carriage returns',
    file: Buffer.from(`subscriber_id,first_name\r${maria},Mar\x92a\r${tom},Tom\r`, 'latin1'),
    encoding: 'macintosh',
    rows: both,
  },
  {
    origin: 'Excel, which leaves trailing delimiters out after the sixteenth row',
    file: crlf(
      'subscriber_id,first_name,note',
      ...Array.from({ length: 15 }, (_, index) => `2495850111040${1001 + index},P${index},`),
      `${maria},María`,
      tom,
    ),
    rows: [
      ...Array.from({ length: 15 }, (_, index) => `${index + 2} 2495850111040${1001 + index} Hi P${index}`),
      `17 ${maria} Hi María`,
      `18 ${tom} Hi there`,
    ],
  },
  {
    origin: 'Excel, with deleted rows below that were formatted',
    file: crlf('subscriber_id;first_name;order', `${maria};María;1042`, `${tom};Tom;1043`, ';;', ' ; ;', '"";"";""'),
    rows: both,
  },
  {
    origin: 'Excel, with rows left blank above and between',
    file: crlf(',,', '', 'subscriber_id,first_name,', ',,', `${maria},María,`, '', `${tom},Tom,`),
    rows: [`5 ${maria} Hi María`, `7 ${tom} Hi Tom`],
  },
  {
    origin: 'Excel, for Excel: the first line names the delimiter, and is not a row',
    file: crlf('sep=;', 'subscriber_id;first_name', `${maria};Ana, María`),
    rows: [`3/2 ${maria} Hi Ana, María`],
  },
  {
    origin: 'a script that writes blank lines above the line that names the delimiter',
    file: marked(crlf('', '', 'sep=;', 'subscriber_id;first_name', `${maria};Ana, María`)),
    rows: [`5 ${maria} Hi Ana, María`],
  },
  {
    origin: 'a script that writes two byte-order marks above the line that names the delimiter',
    file: marked(marked(crlf('sep=;', 'subscriber_id;first_name', `${maria};Ana, María`))),
    rows: [`3/2 ${maria} Hi Ana, María`],
  },
  {
    origin: 'Excel in German, one column of ids beside an empty one that has no heading',
    file: crlf('subscriber_id', `${maria};`, `${tom};`),
    options: { addTag: 'VIP' },
    rows: [`2 ${maria}`, `3 ${tom}`],
  },
  {
    origin: 'Excel in German, one column of ids beside two empty ones',
    file: crlf('subscriber_id;;', `${maria};;`, `${tom};;`),
    options: { addTag: 'VIP' },
    rows: [`2 ${maria}`, `3 ${tom}`],
  },
  {
    origin: 'Excel in German, one column of ids, and notes beside it without a heading',
    file: crlf('subscriber_id', `${maria};Ana`, `${tom};Tom`),
    options: { addTag: 'VIP' },
    unusable: [
      ['2', 'the row has 2 cells, and line 1 names 1 columns: quote a cell that contains ";"'],
      ['3', 'the row has 2 cells, and line 1 names 1 columns'],
    ],
  },
  {
    origin: 'Excel in German, semicolons after the last cell of each row only',
    file: crlf('subscriber_id;first_name', `${maria};María;;`, `${tom};Tom;;`),
    rows: both,
  },
  {
    origin: 'Excel in German, a table with commas that was read as one column, with empty ones beside it',
    file: crlf('subscriber_id,first_name;;', `${maria},María;;`, `${tom},Tom;;`),
    refused: 'has "," between its cells, and each line ends with ";"',
  },
  {
    origin: 'Excel in German, a table with commas that was read as one column, with an empty one beside it',
    file: crlf('subscriber_id,first_name;', `${maria},María;`, `${tom},Tom;`),
    refused: 'as where a spreadsheet read the lines as one column: export the table again, with one delimiter',
  },
  {
    origin: 'a table with semicolons whose rows end with commas, which the headings do not',
    file: crlf('subscriber_id;first_name', `${maria};María,,`, `${tom};Tom,,`),
    refused: 'has ";" between its cells, and each line ends with ","',
  },
  {
    origin: 'a table with semicolons whose last cells are salutations',
    file: crlf('subscriber_id;first_name', `${maria};Dear María,`, `${tom};Dear Tom,`),
    rows: [`2 ${maria} Hi Dear María,`, `3 ${tom} Hi Dear Tom,`],
  },
  {
    origin: 'a reporting tool, with a delimiter that only its first line names',
    file: crlf('"sep=@"', 'subscriber_id@first_name', `${maria}@Ana, María`),
    rows: [`3/2 ${maria} Hi Ana, María`],
  },
  {
    origin: 'Excel, cells with Alt+Enter: line feeds within, CRLF between rows',
    file: crlf('subscriber_id,first_name', `${maria},"María\nGarcía"`, `${tom},Tom`, 'abc,x'),
    rows: [`2 ${maria} Hi María\nGarcía`, `4/3 ${tom} Hi Tom`],
    unusable: [['5/4', 'must be decimal digits']],
  },
  {
    origin: 'Excel, cells that were pasted with CRLF',
    file: `subscriber_id,first_name\r\n${maria},"a\r\nb\r\nc"\r\nabc,x\r\n`,
    rows: [`2 ${maria} Hi a\nb\nc`],
    unusable: [['5/3', 'must be decimal digits']],
  },
  {
    origin: 'Excel, copied into a text file: tabs, with quotes only where a cell needs them',
    file: lf(
      'subscriber_id\tfirst_name',
      `${maria}\t5" pipe`,
      `${tom}\t"two ""lines""\nhere"`,
      `${sofia}\tO'Brien "Bo"`,
    ),
    rows: [`2 ${maria} Hi 5" pipe`, `3 ${tom} Hi two "lines"\nhere`, `5/4 ${sofia} Hi O'Brien "Bo"`],
  },
  {
    origin: 'Excel, an id written as a formula to keep its digits',
    file: crlf('subscriber_id,first_name', `="${maria}",="María"`, `"=""${tom}""",Tom`),
    rows: both,
  },
  {
    origin: 'Excel, ids typed with an apostrophe that became part of them',
    file: crlf('subscriber_id,first_name', `'${maria},María`, `' ${tom},'tis Tom`),
    rows: [`2 ${maria} Hi María`, `3 ${tom} Hi 'tis Tom`],
  },
  {
    origin: 'Google Sheets, CSV',
    file: 'subscriber_id,first_name,note\r\n24958501110451908,"García, María","said ""hi"""\r\n24958501110460017,Tom,',
    rows: [`2 ${maria} Hi García, María`, `3 ${tom} Hi Tom`],
  },
  {
    origin: 'Google Sheets, TSV: no quoting at all',
    file: 'subscriber_id\tfirst_name\r\n24958501110451908\t"La" María\r\n24958501110460017\tTom',
    rows: [`2 ${maria} Hi "La" María`, `3 ${tom} Hi Tom`],
  },
  {
    origin: 'LibreOffice, with every text quoted',
    file: lf('"subscriber_id","first_name"', `"${maria}","María"`, `"${tom}","Tom"`),
    rows: both,
  },
  {
    origin: 'LibreOffice, in UTF-16 with the other order of bytes',
    file: utf16be(lf('subscriber_id,first_name', `${maria},María`, `${tom},Tom`)),
    rows: both,
  },
  {
    origin: 'LibreOffice, in UTF-16 without a mark',
    file: Buffer.from(lf('subscriber_id,first_name', `${maria},Tom`), 'utf16le'),
    refused: 'or say how it was saved, as in --encoding windows-1252 or --encoding utf-16le',
  },
  {
    origin: 'LibreOffice, in UTF-16 without a mark, with --encoding',
    file: Buffer.from(lf('subscriber_id,first_name', `${maria},María`, `${tom},Tom`), 'utf16le'),
    encoding: 'utf-16le',
    rows: both,
  },
  {
    origin: 'Numbers, with the name of the table above it',
    file: lf('Contacts', 'subscriber_id;first_name', `${maria};María`),
    refused: 'lacks a column of contact ids',
  },
  {
    origin: 'an editor that saves in UTF-32',
    file: Uint8Array.from([0xff, 0xfe, 0, 0, 0x69, 0, 0, 0]),
    refused: 'is UTF-32 text: save it as UTF-8',
  },
  {
    origin: 'LibreOffice, UTF-8 without a mark, with an --encoding that would misread it',
    file: crlf('subscriber_id,first_name', `${maria},Hüttner`, `${tom},Tom`),
    encoding: 'windows-1252',
    refused: 'is UTF-8: leave --encoding windows-1252 out, which would make "Ã¼" of "ü"',
  },
  {
    origin: 'LibreOffice, UTF-8 without a mark, with the --encoding of a Mac',
    file: crlf('subscriber_id,first_name', `${maria},Hüttner`),
    encoding: 'macintosh',
    refused: 'is UTF-8: leave --encoding macintosh out',
  },
  {
    origin: 'LibreOffice, text without other than ASCII characters, with any --encoding',
    file: crlf('subscriber_id,first_name', `${maria},Maria`),
    encoding: 'latin1',
    rows: [`2 ${maria} Hi Maria`],
  },
  {
    origin: 'Excel, a brand in Windows-1252 whose bytes could be UTF-8',
    file: Buffer.from(crlf('subscriber_id,first_name', `${maria},NESCAFÉ®`), 'latin1'),
    encoding: 'windows-1252',
    rows: [`2 ${maria} Hi NESCAFÉ®`],
  },
  {
    origin: 'Excel in Chinese, a name in GB 18030 whose bytes could be UTF-8',
    file: Buffer.concat([
      Buffer.from(crlf('subscriber_id,first_name')),
      Buffer.from(`${maria},`),
      Uint8Array.from([0xce, 0xa2]),
    ]),
    encoding: 'gb18030',
    rows: [`2 ${maria} Hi 微`],
  },
  {
    origin: 'Excel, CSV UTF-8 with an --encoding that contradicts it',
    file: marked(crlf('subscriber_id,first_name', `${maria},María`)),
    encoding: 'windows-1252',
    refused: 'begins with the mark of utf-8: leave --encoding windows-1252 out',
  },
  {
    origin: 'a text with --sheet',
    file: crlf('subscriber_id,first_name', `${maria},María`),
    sheet: 'Contacts',
    refused: '--sheet is for Excel workbooks, and',
  },
];
