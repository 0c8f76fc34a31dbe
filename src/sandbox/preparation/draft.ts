import type { Account } from '../manychat/account.js';
import type { Problems } from './problems.js';

/** An account to which things are added; the account itself changes only if all of them are right. */
export interface Draft {
  readonly account: Account;
  readonly problems: Problems;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** The highest id that is asked for in the list that is being added; ids that are made are higher. */
  readonly highestId: number;
}

/** Adds a thing; returns it in the form of an export, once everything was added. */
export type Add = (draft: Draft, value: unknown, place: string) => () => object;

/** A copy whose lists can grow without a change of the account. */
export const copyOf = (account: Account): Account => ({
  ...account,
  tags: [...account.tags],
  customFields: [...account.customFields],
  botFields: [...account.botFields],
  flows: [...account.flows],
  folders: [...account.folders],
  growthTools: [...account.growthTools],
  otnTopics: [...account.otnTopics],
  hooks: [...account.hooks],
  contacts: new Map(account.contacts),
  userRefs: new Map(account.userRefs),
});
