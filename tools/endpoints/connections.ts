import * as z from 'zod';
import { type CallEndpoint, endpoint, type Output } from '../contract/endpoint.js';
import { asObject, isObject, type Result, toList } from '../contract/json.js';
import { quoted } from '../contract/quoted.js';
import { connectionId, pageInput } from '../values/inputs.js';
import { disconnectedResult, listOutputs, pageEcho } from '../values/outputs.js';
import { anyText, list, record } from '../values/tolerant.js';

const connectionShape = {
  connection_id: anyText,
  status: anyText,
  creation_time: anyText,
  last_updated_time: anyText,
  url: anyText,
};

const connection = record(connectionShape);

/** A connection of a list, whose page is read through it. */
const listedConnection = record({ ...connectionShape, page: z.looseObject({ id: anyText, name: anyText }).optional() });

/** Only the declared keys: a response may hold the link of a connection under another name. */
const declaredPart = (data: unknown): z.output<typeof connection> => {
  const parsed = connection.parse(unwrapConnection(data));
  return Object.fromEntries(Object.keys(connectionShape).map((key) => [key, parsed[key]]));
};

/** The connections API returns one connection wrapped or bare. */
const unwrapConnection = (data: unknown): Record<string, unknown> => {
  const outer = asObject(data);
  return isObject(outer.connection) ? outer.connection : outer;
};

const isConnection = (data: unknown): boolean => typeof unwrapConnection(data).connection_id === 'string';

/** Connections without their links, each of which is for one person. */
const connectionsResult: Output = {
  schema: z.looseObject({ ...listOutputs, connections: list(listedConnection) }),
  pages: { lists: ['connections'] },
  isAnswer: (data) => isObject(data) && Array.isArray(data.connections),
  from: (data) => ({
    connections: (toList(asObject(data).connections) ?? []).map((each) => {
      const { url: _, ...rest } = declaredPart(each);
      return rest;
    }),
  }),
};

/** The states in which the link of a connection is of no use any more. */
const settled = /^(active|failed)$/i;

/** A connection, with its link while its owner may still have to open it. */
function withOpenLink(data: unknown): z.output<typeof connection> {
  const { url, ...rest } = declaredPart(data);
  return url === undefined || settled.test(rest.status ?? '') ? rest : { ...rest, url };
}

const connectionResult: Output = {
  schema: z.looseObject({ connection }),
  isAnswer: isConnection,
  from: (data) => ({ connection: withOpenLink(data) }),
};

/** The new connection with its link; the follow-up adds `next_step`. */
const newConnectionResult: Output = {
  schema: z.looseObject({ connection, next_step: z.string() }),
  isAnswer: isConnection,
  from: (data) => ({ connection: declaredPart(data) }),
};

export const listConnections = endpoint({
  name: 'manychat_list_connections',
  title: 'List connections',
  description:
    'The ManyChat accounts connected at Maton, with status and page (link: manychat_get_connection). A connection_id chooses the account; without it and with several ACTIVE, reads use the oldest and all else is refused.',
  api: 'connections',
  method: 'GET',
  path: '/connections',
  effect: 'read',
  input: z.strictObject({
    status: z.enum(['ACTIVE', 'PENDING', 'FAILED']).optional().describe('Only in this state'),
    ...pageInput,
  }),
  localInputs: Object.keys(pageInput),
  constants: { app: 'manychat' },
  output: connectionsResult,
  showsPages: true,
  example: { status: 'ACTIVE' },
});

export const getConnection = endpoint({
  name: 'manychat_get_connection',
  title: 'Get connection',
  description:
    'Status of one connection; check again after manychat_create_connection until ACTIVE. PENDING waits for its owner to open the link (shown here), FAILED needs a new connection.',
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
    ? `Give connection.url only to the person who manages the ManyChat account. They open it and enter the ManyChat API key there, never in this chat. (Channels such as Instagram or WhatsApp are connected inside ManyChat, not here.) ${check}`
    : `Maton has not returned a link yet: manychat_get_connection shows it while the status is PENDING. The person who manages the ManyChat account opens it. ${check}`;
}

/** Some responses carry only the id. The link is then read by another call, whose failure leaves the creation a success. */
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
    'Starts connecting a ManyChat account and returns a link for its owner, who enters the API key there; then manychat_get_connection until ACTIVE. Each call makes another connection: check manychat_list_connections first.',
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
    'Disconnects a ManyChat account for everyone who uses this Maton account. Only its owner can connect it again (manychat_create_connection). To replace one, see the new one ACTIVE first.',
  api: 'connections',
  method: 'DELETE',
  path: '/connections/{connection_id}',
  effect: 'destroy',
  purposes: ['delete_connection'],
  verifyWith: ['manychat_list_connections'],
  input: z.strictObject({ connection_id: connectionId }),
  output: disconnectedResult,
  echo: ({ connection_id }, known) => pageEcho(connection_id, known),
  question: ({ connection_id }, { connection }) =>
    `Disconnect ${connection(connection_id)} from ManyChat for everyone who uses this Maton account`,
  example: { connection_id: '21fd90f9-5935-43cd-b6c8-bde9d915ca80' },
});
