/** How to make a table of a workbook. */
const exporting = 'export the sheet as "CSV UTF-8 (Comma delimited)", with the ids as text, and give that file';

/** Spreadsheet formats that are ZIP archives, by the names of the files in them. */
const archives = [
  ['xl/workbook.bin', `is a binary Excel workbook: in Excel, ${exporting}`],
  [
    'application/vnd.oasis.opendocument',
    'is an OpenDocument spreadsheet: in LibreOffice, save it as "Text CSV" in UTF-8',
  ],
  ['.iwa', 'is a Numbers document: in Numbers, choose File > Export To > CSV, with the encoding Unicode (UTF-8)'],
] as const;

const startsWith = (head: Buffer, ...bytes: readonly number[]): boolean =>
  bytes.every((byte, index) => head[index] === byte);

/** Formats whose first characters are text. */
function textFormat(head: Buffer): string | undefined {
  const start = head
    .subarray(0, 2_000)
    .toString('latin1')
    .replace(/^(?:\xef\xbb\xbf|\xff\xfe|\xfe\xff)/, '')
    .replaceAll('\0', '')
    .trimStart();
  if (/^<\?xml[\s\S]*?<(?:\w+:)?Workbook\b/i.test(start)) return `is an Excel workbook as XML: in Excel, ${exporting}`;
  if (/^<(?:!doctype|html|head|meta|table|body|div|style)\b/i.test(start)) {
    return `is a web page, whatever its name says: open it in a spreadsheet, and ${exporting}`;
  }
  if (/^<\?xml/i.test(start)) return 'is XML, not a table';
  if (/^\{\\rtf/.test(start)) return 'is formatted text (RTF), not a table';
  if (/^(?:\{\s*["}]|\[\s*[[{\]])/.test(start)) return 'is JSON, not a table: convert it to CSV';
  if (/^ID;P(?:WXL|CALCOOO)/.test(start)) return `is a SYLK spreadsheet: in Excel, ${exporting}`;
  return undefined;
}

/** Whether a file is an Excel workbook (.xlsx). */
export const isWorkbook = (head: Buffer): boolean =>
  startsWith(head, 0x50, 0x4b, 0x03, 0x04) && head.includes('xl/') && !head.includes('xl/workbook.bin');

/** Says what a file is that is no table of text, by its content, and what to do; undefined if nothing is recognised. */
export function foreignFormat(head: Buffer): string | undefined {
  if (startsWith(head, 0x50, 0x4b, 0x03, 0x04)) {
    const known = archives.find(([mark]) => head.includes(mark));
    return known?.[1] ?? 'is a ZIP archive: unpack it, and give the CSV file in it';
  }
  if (startsWith(head, 0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1)) {
    return `is an old Excel workbook (.xls), or one with a password: in Excel, ${exporting}`;
  }
  if (startsWith(head, 0x09, 0x08) || startsWith(head, 0x09, 0x04))
    return `is an old Excel workbook: in Excel, ${exporting}`;
  if (startsWith(head, 0x1f, 0x8b)) return 'is compressed with gzip: decompress it first';
  if (startsWith(head, 0x25, 0x50, 0x44, 0x46)) return 'is a PDF document: export the table as CSV where it comes from';
  return textFormat(head);
}
