import type { Failure } from '../../../tools/contract/failure.js';
import type { JobRequest } from '../bulk/account-job/request.js';
import type { Job } from '../bulk/job/job.js';
import { contactsByMatch } from '../bulk/job/row-contacts.js';
import type { MatchedContact } from '../bulk/journal/entry.js';
import { JobRefused } from '../bulk/preview/question.js';
import { findContacts } from './contacts.js';
import { findField } from './find-field.js';
import type { LookupSide } from './look-up.js';
import { showLookups } from './progress.js';

/** What lookups go on from, and what they add to. */
export interface Lookups {
  /** Ids of the contacts that were found before, by what they are known by. */
  readonly ids: ReadonlyMap<string, string>;
  onFound(matched: MatchedContact): void;
}

/** What was found. @throws JobRefused if the account did not answer. */
function unwrapped<Found extends object>(
  found: Found | { readonly failure: Failure },
  name: string | undefined,
): Found {
  if ('failure' in found) throw new JobRefused([{ name, failure: found.failure }]);
  return found;
}

/**
 * The job with the contacts of its rows. They are looked up unless the table has their ids.
 * @throws JobRefused if the account does not answer; UsageError if there is no such field; the reason of the signal if that
 * fires.
 */
export async function lookUpContacts(
  { name, job, table, options, shell }: JobRequest,
  side: LookupSide,
  { ids, onFound }: Lookups,
): Promise<Job> {
  const { match } = job.contacts;
  if (match === undefined) return job;
  const field = match.by === 'field' ? unwrapped(await findField(match.field, side), name) : undefined;
  const { onProgress, close } = showLookups(shell);
  try {
    const contacts = await findContacts(table, { match, field, ids }, side, { onFound, onProgress });
    return job.withContacts(contactsByMatch(match, options, unwrapped(contacts, name)));
  } finally {
    close();
  }
}
