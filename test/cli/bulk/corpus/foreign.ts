import { gzipSync } from 'node:zlib';
import { strToU8, zipSync } from 'fflate';
import { lf, type Sample } from './sample.js';

const zipped = (files: Readonly<Record<string, string>>): Uint8Array =>
  zipSync(Object.fromEntries(Object.entries(files).map(([name, text]) => [name, strToU8(text)])), { level: 0 });

/** Files that are no tables of text, whatever their names say. */
export const foreign: readonly Sample[] = [
  {
    origin: 'Excel 97, .xls',
    file: Uint8Array.from([0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1, 0, 0]),
    refused: 'is an old Excel workbook (.xls), or one with a password: in Excel, export the sheet as "CSV UTF-8',
  },
  {
    origin: 'LibreOffice, .ods',
    file: zipped({ mimetype: 'application/vnd.oasis.opendocument.spreadsheet', 'content.xml': '<x/>' }),
    refused: 'is an OpenDocument spreadsheet: in LibreOffice, save it as "Text CSV" in UTF-8',
  },
  {
    origin: 'Numbers, .numbers',
    file: zipped({ 'Index/Document.iwa': 'x', 'Metadata/Properties.plist': 'x' }),
    refused: 'is a Numbers document: in Numbers, choose File > Export To > CSV',
  },
  {
    origin: 'a CRM that sends its export in an archive',
    file: zipped({ 'contacts.csv': lf('subscriber_id', '1') }),
    refused: 'is a ZIP archive: unpack it',
  },
  {
    origin: 'a compressed export',
    file: gzipSync(lf('subscriber_id', '1')),
    refused: 'is compressed with gzip',
  },
  {
    origin: 'a CRM whose .xls is a web page',
    file: '\uFEFF\n<html xmlns:x="urn:schemas-microsoft-com:office:excel"><body><table><tr><td>ID</td></tr></table></body></html>',
    refused: 'is a web page, whatever its name says',
  },
  {
    origin: 'a CRM whose .xls is XML',
    file: '<?xml version="1.0"?>\n<?mso-application progid="Excel.Sheet"?>\n<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>',
    refused: 'is an Excel workbook as XML',
  },
  { origin: 'an API’s answer', file: '[{"subscriber_id": "1"}]', refused: 'is JSON, not a table' },
  { origin: 'a report', file: '%PDF-1.7\n', refused: 'is a PDF document' },
];
