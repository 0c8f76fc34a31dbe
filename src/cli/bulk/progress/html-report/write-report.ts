import { closeSync, constants, readSync } from 'node:fs';
import { UsageError } from '../../../../config/usage-error.js';
import { isReportOf } from '../../../../text/html-report/page.js';
import { type Owner, openRegular, replaceOwn } from '../../journal/own-file.js';

/** Bytes in which the begin of a report ends. */
const openingBytes = 512;

/** The begin of a file; empty if there is none. */
function openingOf(path: string): string {
  const file = openRegular(path, constants.O_RDONLY);
  if (file === undefined) return '';
  try {
    const bytes = Buffer.alloc(openingBytes);
    return bytes.toString('utf8', 0, readSync(file, bytes, 0, openingBytes, 0));
  } finally {
    closeSync(file);
  }
}

/**
 * Writes a report, which only its owner may read, in place of an older one.
 * @throws UsageError if the path is taken by anything else.
 */
export function writeReport(path: string, text: string, owner: Owner): void {
  const before = openingOf(path);
  if (before !== '' && !isReportOf('bulk', before)) throw new UsageError('it is not a report of bulk');
  replaceOwn(path, text, owner);
}
