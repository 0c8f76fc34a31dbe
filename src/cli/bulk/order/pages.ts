import { idText, quoted } from '../../../../tools/contract/quoted.js';
import { nameList } from '../../../config/accounts/names.js';
import { UsageError } from '../../../config/usage-error.js';
import type { Page } from '../account-job/request.js';

/** The page that an account reaches. */
export interface ReachedPage {
  /** Undefined if the whole table is for one account. */
  readonly name: string | undefined;
  readonly page: Page;
}

/** @throws UsageError if two accounts reach the same page: a contact could be messaged twice, and limits would be exceeded. */
export function refuseSharedPages(reached: readonly ReachedPage[]): void {
  const names = new Map<string, string[]>();
  for (const { name = '', page } of reached) {
    const id = String(page.id);
    names.set(id, [...(names.get(id) ?? []), name]);
  }
  for (const [id, same] of names) {
    if (same.length < 2) continue;
    const page = reached.find((each) => String(each.page.id) === id)?.page;
    throw new UsageError(
      `the accounts ${nameList(same.map((name) => ({ name })))} are the same page, ${quoted(page?.name)} (${idText(id)}), so nothing was done: use one name for it in the table`,
    );
  }
}
