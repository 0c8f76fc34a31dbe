import { createHash } from 'node:crypto';
import { nameKey } from '../../../config/accounts/names.js';
import { AnotherJob } from '../journal/reading.js';

/** Bytes of an account's name in the name of a file, which may have 255. */
const maxBytes = 100;

/** An account's name in the name of a file: the same for all spellings of the name. */
function fileWord(account: string): string {
  const key = nameKey(account);
  const word = key.replaceAll(' ', '-');
  // The journal of a corrected job ends in .2.journal.
  const distinct = /^\d+$/.test(word) ? `account-${word}` : word;
  if (Buffer.byteLength(distinct) <= maxBytes) return distinct;
  return createHash('sha256').update(key).digest('hex').slice(0, 32);
}

/** The journal of one account of a job: `a.csv.journal` stands for `a.csv.<account>.journal`. */
export function journalOfAccount(path: string, account: string): string {
  const stem = path.endsWith('.journal') ? path.slice(0, -'.journal'.length) : path;
  return `${stem}.${fileWord(account)}.journal`;
}

/** An error about the journal of an account, with the path that stands for it on the command line. */
export function asNamed(error: unknown, path: string, account: string | undefined): unknown {
  const stem = account === undefined ? undefined : stemOfJournal(path, account);
  return error instanceof AnotherJob && stem !== undefined ? error.named(stem) : error;
}

/** The path that stands for the journals of all accounts, if this one of an account is named after it. */
export function stemOfJournal(path: string, account: string): string | undefined {
  const ending = `.${fileWord(account)}.journal`;
  return path.endsWith(ending) ? `${path.slice(0, -ending.length)}.journal` : undefined;
}
