import * as z from 'zod';
import { type CallEndpoint, endpoint } from '../contract/endpoint.js';
import { asObject, type Result } from '../contract/json.js';
import { quoted } from '../contract/quoted.js';
import { connectionId } from '../values/connection-id.js';
import { connectionResult, connectionsResult, newConnectionResult, okResult } from '../values/outputs.js';

export const listConnections = endpoint({
  name: 'manychat_list_connections',
  title: 'List connections',
  description:
    'The ManyChat accounts connected at Maton, with status (link: manychat_get_connection). A connection_id chooses the account; without it and with several ACTIVE, reads use the oldest and all else is refused.',
  api: 'connections',
  method: 'GET',
  path: '/connections',
  effect: 'read',
  input: z.strictObject({
    status: z.enum(['ACTIVE', 'PENDING', 'FAILED']).optional().describe('Only in this state'),
  }),
  constants: { app: 'manychat' },
  output: connectionsResult,
  example: { status: 'ACTIVE' },
});

export const getConnection = endpoint({
  name: 'manychat_get_connection',
  title: 'Get connection',
  description:
    'Status of one connection; ask again after manychat_create_connection until ACTIVE. PENDING waits for its owner to open the link (shown here), FAILED needs a new connection.',
  api: 'connections',
  method: 'GET',
  path: '/connections/{connection_id}',
  effect: 'read',
  input: z.strictObject({ connection_id: connectionId }),
  output: connectionResult,
  example: { connection_id: '21fd90f9-5935-43cd-b6c8-bde9d915ca80' },
});

function nextStep(connection: Result): string {
  const check = `Then call manychat_get_connection with connection_id ${quoted(connection.connection_id)} until its status is ACTIVE.`;
  return typeof connection.url === 'string'
    ? `Give connection.url to the person who manages the ManyChat account, and to nobody else: they open it and enter the ManyChat API key there, never in this chat. (Channels such as Instagram or WhatsApp are connected inside ManyChat, not here.) ${check}`
    : `Maton has not given a link yet: manychat_get_connection shows it while the status is PENDING; the person who manages the ManyChat account opens it. ${check}`;
}

/** Some answers carry only the id; the link is then read by a second call, whose failure leaves the creation a success. */
async function withLink(result: Result, call: CallEndpoint): Promise<Result> {
  let connection = asObject(result.connection);
  if (typeof connection.url !== 'string' && typeof connection.connection_id === 'string') {
    const read = await call(getConnection, { connection_id: connection.connection_id }).catch(() => ({}));
    connection = { ...connection, ...asObject(asObject(read).connection) };
  }
  return { connection, next_step: nextStep(connection) };
}

export const createConnection = endpoint({
  name: 'manychat_create_connection',
  title: 'Create connection',
  description:
    'Starts connecting a ManyChat account and returns a link for its owner, who enters the API key there. Each call makes another connection: look in manychat_list_connections first.',
  api: 'connections',
  method: 'POST',
  path: '/connections',
  effect: 'create',
  purposes: ['create_connection'],
  verifyWith: ['manychat_list_connections'],
  input: z.strictObject({}),
  constants: { app: 'manychat' },
  output: newConnectionResult,
  followUp: withLink,
  example: {},
});

export const deleteConnection = endpoint({
  name: 'manychat_delete_connection',
  title: 'Delete connection',
  description:
    'Disconnects a ManyChat account for everyone who uses this Maton account. To replace one: create the new, see it ACTIVE, then delete the old.',
  api: 'connections',
  method: 'DELETE',
  path: '/connections/{connection_id}',
  effect: 'destroy',
  purposes: ['delete_connection'],
  verifyWith: ['manychat_list_connections'],
  input: z.strictObject({ connection_id: connectionId }),
  output: okResult,
  question: ({ connection_id }, { connection }) =>
    `Disconnect ${connection(connection_id)} from ManyChat for everyone who uses this Maton account`,
  example: { connection_id: '21fd90f9-5935-43cd-b6c8-bde9d915ca80' },
});
