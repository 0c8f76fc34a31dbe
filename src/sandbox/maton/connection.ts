import type { Account } from '../manychat/account.js';

/** Path of the page where the ManyChat key is entered. */
export const connectPath = '/connect';

/** A connection between the Maton account and a ManyChat page. */
export interface Connection {
  id: string;
  status: 'PENDING' | 'ACTIVE' | 'FAILED';
  creationTime: string;
  lastUpdatedTime: string;
  /** Token of the link to the page where the ManyChat key is entered; valid while the connection is PENDING. */
  token: string;
  /** The account whose key was entered; undefined before that. */
  account: Account | undefined;
}
