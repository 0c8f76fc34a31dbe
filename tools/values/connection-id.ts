import * as z from 'zod';

/** Goes into a header and a path, so nothing that means something there. */
export const connectionId = z
  .string()
  .refine(
    (id) => /^(?!\.{1,2}$)[!-~]{1,200}$/.test(id),
    'must be a connection id, as manychat_list_connections shows it',
  )
  .describe('From manychat_list_connections');

/** The account a ManyChat tool works on, where none is pinned. */
export const chosenConnectionId = connectionId.describe('Account, from manychat_list_connections');
