import type { Account } from '../manychat/account.js';

/** Where the page is. */
export const connectPath = '/connect';

/** One connection between the Maton account and a ManyChat page. */
export interface Connection {
  id: string;
  status: 'PENDING' | 'ACTIVE' | 'FAILED';
  creationTime: string;
  lastUpdatedTime: string;
  /** Opens the page where the ManyChat key is entered, for as long as the connection is pending. */
  token: string;
  /** The page whose key was entered; undefined before. */
  account: Account | undefined;
}
