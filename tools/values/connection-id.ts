import * as z from 'zod';
import { isConnectionId } from '../contract/connection-id.js';

/** The id of a connection. */
export const connectionId = z
  .string()
  .refine(isConnectionId, 'must be a connection id, as manychat_list_connections shows it')
  .describe('From manychat_list_connections');

/** The account that a ManyChat tool works on, where none is pinned. */
export const chosenConnectionId = connectionId.describe('Account, from manychat_list_connections');
