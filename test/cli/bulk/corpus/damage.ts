import { crlf, lf, maria, type Sample, sofia, tom } from './sample.js';

const rounded = (...ids: readonly string[]): string => lf('subscriber_id,first_name', ...ids.map((id) => `${id},x`));

/** Ids that are all multiples of four, as 64-bit floating-point numbers of this size are. */
const doubles = ['08', '12', '16', '24', '32', '44', '52', '68'].map((end) => `249585011104519${end}`);

/** Sound ids of 16 digits: every tenth ends in a zero. */
const sixteen = Array.from({ length: 120 }, (_, index) => `12345678901${23_451 + index * 17}`);

/** Sound ids of 17 digits, except for the last ones, which are rounded. */
const mostlySound = (sound: number, rounded: number): readonly string[] =>
  Array.from({ length: sound + rounded }, (_, index) => `249585011104${100 + index}${index < sound ? '31' : '00'}`);

/** Tables that a spreadsheet or a program damaged, and some that only look so. */
export const damage: readonly Sample[] = [
  {
    origin: 'Excel, opened and saved: zeros after the fifteenth digit',
    file: rounded(
      '24958501110451900',
      '24958501110460000',
      '24958501110470000',
      '24958501110480000',
      '24958501110451900',
    ),
    refused: '4 of 4 long ids end in zeros after the 15th digit (lines 2, 3, 4, 5)',
  },
  {
    origin: 'Excel, one row typed anew in an otherwise sound table',
    file: rounded(maria, tom, '24958501110471100', sofia),
    refused: '1 of 4 long ids ends in zeros after the 15th digit (line 4)',
  },
  {
    origin: 'a table that resolve wrote, with an id that ends in zeros',
    file: rounded(maria, '24958501110471100').replace('subscriber_id', 'manychat_id,manychat_match'),
    refused: 'as they are if resolve wrote this table and no spreadsheet has saved it since',
  },
  {
    origin: 'a sound table with an id that ends in zeros, and --trust-ids',
    file: rounded(maria, '24958501110471100'),
    options: { addTag: 'VIP', trustIds: true },
    rows: [`2 ${maria}`, '3 24958501110471100'],
  },
  {
    origin: 'an id of sixteen digits that ends in a zero',
    file: rounded('1234567890123450'),
    refused: 'in zeros after the 15th digit',
  },
  {
    origin: 'a JavaScript program that read the ids as numbers',
    file: rounded(
      '24958501110451908',
      '24958501110451910',
      '24958501110451920',
      '24958501110451930',
      '24958501110451932',
      '24958501110451940',
      '24958501110451950',
      '24958501110451960',
    ),
    refused: 'all 8 ids over 2^53 are numbers that a computer rounds others to',
  },
  {
    origin: 'a program that read the ids as floating-point numbers, and wrote all digits',
    file: rounded(...doubles),
    refused: 'all 8 ids over 2^53 are numbers that a computer rounds others to',
  },
  {
    origin: 'seven ids that could be rounded, which may be chance',
    file: rounded(...doubles.slice(0, 7)),
    options: { addTag: 'VIP' },
    rows: doubles.slice(0, 7).map((id, index) => `${index + 2} ${id}`),
  },
  {
    origin: 'eight ids that could be rounded, and one that cannot',
    file: rounded(...doubles, '24958501110451909'),
    options: { addTag: 'VIP' },
    rows: [...doubles, '24958501110451909'].map((id, index) => `${index + 2} ${id}`),
  },
  {
    origin: 'ids of sixteen digits below 2^53, which every number holds',
    file: rounded(...doubles.map((id) => `1${id.slice(2)}`)),
    options: { addTag: 'VIP' },
    rows: doubles.map((id, index) => `${index + 2} 1${id.slice(2)}`),
  },
  {
    origin: 'Excel, ids shown with an exponent, one of them with all digits',
    file: rounded('2.49585E+16', '2.4958501110451908E+16', maria),
    options: { addTag: 'VIP', trustIds: true },
    rows: [`4 ${maria}`],
    unusable: [
      ['2', 'subscriber_id: must be decimal digits; "2.49585E+16" is a number that a spreadsheet may have rounded'],
      ['3', 'import the column of ids as text'],
    ],
  },
  {
    origin: 'Excel in Spanish, ids with an exponent and a comma',
    file: crlf('subscriber_id;first_name', '2,49585E+16;x', `${maria};y`),
    options: { addTag: 'VIP' },
    rows: [`3 ${maria}`],
    unusable: [['2', 'a spreadsheet may have rounded']],
  },
  {
    origin: 'LibreOffice and Java, other forms of the exponent',
    file: rounded('2.49585011104519E+016', '2.4958501110451908E16', '24958501110451908e0'),
    options: { addTag: 'VIP' },
    unusable: [
      ['2', 'may have rounded'],
      ['3', 'may have rounded'],
      ['4', 'may have rounded'],
    ],
  },
  {
    origin: 'pandas, a column of ids with gaps: decimals',
    file: rounded('24958501110451908.0', '', 'nan'),
    options: { addTag: 'VIP' },
    unusable: [
      ['2', 'may have rounded'],
      ['3', 'subscriber_id is empty'],
      ['4', 'must be decimal digits'],
    ],
  },
  {
    origin: 'Excel, ids formatted as numbers with separators',
    file: crlf('subscriber_id;first_name', '24.958.501.110.451.900;x', '24 958 501 110 451 900,00;x'),
    options: { addTag: 'VIP' },
    unusable: [
      ['2', 'may have rounded'],
      ['3', 'may have rounded'],
    ],
  },
  {
    origin: 'Excel, phones and errors in the values of a text',
    file: crlf(
      'subscriber_id;first_name',
      `${maria};5,21554E+12`,
      `${tom};#N/A`,
      `${sofia};########`,
      '24958501110471124;#¡REF!',
      '24958501110471125;1E5 is a size',
      '24958501110471126;12E5',
      '24958501110471127;#1 fan',
    ),
    rows: ['6 24958501110471125 Hi 1E5 is a size', '7 24958501110471126 Hi 12E5', '8 24958501110471127 Hi #1 fan'],
    unusable: [
      ['2', 'first_name: "5,21554E+12" is a number that a spreadsheet rounded'],
      ['3', 'first_name: "#N/A" is an error value'],
      [
        '4',
        'first_name: "########" is what a spreadsheet shows of a date that there is not, or of a column that is too narrow',
      ],
      ['5', 'first_name: "#¡REF!" is an error value'],
    ],
  },
  {
    origin: 'Excel, damage in a column that is not used',
    file: crlf('subscriber_id,first_name,phone', `${maria},María,5.21554E+12`),
    rows: [`2 ${maria} Hi María`],
  },
  {
    origin: 'Excel, a rounded phone that would be written into a field',
    file: crlf('subscriber_id,phone', `${maria},5.21554E+12`, `${tom},34600111222`),
    options: { setFields: 'wa_number=phone' },
    rows: [`3 ${tom}`],
    unusable: [['2', 'phone: "5.21554E+12" is a number that a spreadsheet rounded']],
  },
  {
    origin: 'Google Sheets, a formula that failed, and one that was still running',
    file: crlf('subscriber_id,first_name', `${maria},#ERROR!`, `${tom},Loading...`),
    unusable: [
      ['2', 'is an error value'],
      ['3', 'is an error value'],
    ],
  },
  {
    origin: 'a CRM that lost characters before it wrote the file',
    file: crlf('subscriber_id,first_name', `${maria},Mar\uFFFDa`, `${tom},Tom`),
    rows: [`3 ${tom} Hi Tom`],
    unusable: [['2', 'has lost characters']],
  },
  {
    origin: 'Excel, a UTF-8 file that was opened by a double click, and saved as UTF-8',
    file: crlf('subscriber_id,first_name', `${maria},Jürgen HÃ¼ttner`, `${tom},Donâ€™t`, `${sofia},NESCAFÉ®`),
    rows: [`4 ${sofia} Hi NESCAFÉ®`],
    unusable: [
      [
        '2',
        'first_name: "Jürgen HÃ¼ttner" has "Ã¼" for "ü", as a program read UTF-8 in another encoding: export it again, as "CSV UTF-8"',
      ],
      ['3', 'first_name: "Donâ€™t" has "â€™" for "’"'],
    ],
  },
  {
    origin: 'Excel, misread UTF-8 that would be written into a field, and in a column that is not used',
    file: crlf('subscriber_id,town,note', `${maria},CÃ³rdoba,x`, `${tom},Córdoba,CÃ³rdoba`),
    options: { setFields: 'town' },
    rows: [`3 ${tom}`],
    unusable: [['2', 'town: "CÃ³rdoba" has "Ã³" for "ó"']],
  },
  {
    origin: 'ids of sixteen digits that all end in a zero',
    file: rounded(...sixteen.map((id) => `${id.slice(0, 15)}0`)),
    options: { addTag: 'VIP' },
    refused: '120 of 120 long ids end in zeros after the 15th digit (lines 2, 3, 4, 5, 6 and 115 more)',
  },
  {
    origin: 'ids of sixteen digits, half of which Excel rounded',
    file: rounded(...sixteen.map((id, index) => (index < 60 ? id : `${id.slice(0, 15)}0`))),
    options: { addTag: 'VIP' },
    refused: 'of 120 long ids end in zeros after the 15th digit',
  },
  {
    origin: 'a hundred ids, one of which ends in zeros',
    file: rounded(...mostlySound(99, 1)),
    options: { addTag: 'VIP' },
    refused: '1 of 100 long ids ends in zeros after the 15th digit (line 101). So few may be chance',
  },
  {
    origin: 'sound ids of sixteen digits, three of which end in a zero',
    file: rounded(...sixteen.slice(0, 30)),
    options: { addTag: 'VIP' },
    rows: sixteen.slice(0, 30).map((id, index) => `${index + 2} ${id}`),
  },
  {
    origin: 'ids of sixteen digits, ten of them, one of which ends in a zero',
    file: rounded(...sixteen.slice(1, 9), '1234567890123450', '1234567890123456'),
    options: { addTag: 'VIP' },
    refused: 'in zeros after the 15th digit',
  },
  {
    origin: 'five hundred ids of eighteen digits, one of which ends in zeros',
    file: rounded(
      ...Array.from({ length: 500 }, (_, index) => `124958501110${451 + index}${index === 7 ? '000' : '931'}`),
    ),
    options: { addTag: 'VIP' },
    refused: '1 of 500 long ids ends in zeros after the 15th digit (line 9). So few may be chance',
  },
  {
    origin: 'many ids, of which as many end in zeros as chance gives',
    file: rounded(...mostlySound(199, 3)),
    options: { addTag: 'VIP' },
    rows: mostlySound(199, 3).map((id, index) => `${index + 2} ${id}`),
  },
  {
    origin: 'many ids, of which more end in zeros than chance gives',
    file: rounded(...mostlySound(190, 12)),
    options: { addTag: 'VIP' },
    refused: '12 of 202 long ids end in zeros after the 15th digit',
  },
  {
    origin: 'many short long ids, and a few longer ones that Excel rounded',
    file: rounded(
      ...Array.from({ length: 400 }, (_, index) => `12345678901${20_001 + index * 17}`),
      ...mostlySound(0, 10),
    ),
    options: { addTag: 'VIP' },
    refused: 'of 410 long ids end in zeros after the 15th digit',
  },
  {
    origin: 'a database and pandas, words for no value in the values of a text',
    file: lf('subscriber_id,first_name', `${maria},NULL`, `${tom},nan`, `${sofia},None`, '24958501110471124,Nan'),
    rows: ['5 24958501110471124 Hi Nan'],
    unusable: [
      ['2', 'first_name: "NULL" is how a program writes that there is no value: leave the cell empty, or write "Null"'],
      ['3', 'first_name: "nan" is how a program writes'],
      ['4', 'leave the cell empty, or write "none" if the word itself is meant'],
    ],
  },
  {
    origin: 'programs in other languages, words for no value, and answers of a survey',
    file: lf(
      'subscriber_id,first_name',
      `${maria},null`,
      `${tom},undefined`,
      `${sofia},NaN`,
      '24958501110471124,<NA>',
      '24958501110471125,none',
      '24958501110471126,N/A',
    ),
    rows: ['6 24958501110471125 Hi none', '7 24958501110471126 Hi N/A'],
    unusable: [
      ['2', 'first_name: "null" is how a program writes that there is no value'],
      ['3', 'first_name: "undefined" is how a program writes'],
      ['4', 'first_name: "NaN" is how a program writes'],
      ['5', 'first_name: "<NA>" is how a program writes that there is no value: leave the cell empty'],
    ],
  },
  {
    origin: 'a database, a word for no value in a column that is not used',
    file: lf('subscriber_id,first_name,city', `${maria},María,NULL`),
    rows: [`2 ${maria} Hi María`],
  },
];
