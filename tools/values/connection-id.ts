import * as z from 'zod';
import { isConnectionId } from '../contract/connection-id.js';

/** The id of a connection. */
export const connectionId = z
  .string()
  .refine(isConnectionId, 'must be a connection id, as manychat_list_connections shows it')
  .describe('From manychat_list_connections');

/** The argument that chooses the account, for tools without a pinned connection. */
export const chosenConnectionId = connectionId.describe('From manychat_list_connections');
