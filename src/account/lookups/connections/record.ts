import { asObject, type Result } from '../../../../tools/contract/json.js';
import { type Page, pageIn } from './pages/page.js';

/** A connection as a result shows it; absent keys are empty strings, an absent status is undefined. */
export interface ConnectionRecord {
  readonly id: string;
  /** PENDING, ACTIVE or FAILED as far as Maton documents it. */
  readonly status: string | undefined;
  /** ISO time. */
  readonly created: string;
  /** The page where the owner enters the key. */
  readonly link: string | undefined;
  /** The ManyChat page behind it, in a list where it could be read. */
  readonly page: Page | undefined;
}

const stringOr = <Fallback>(value: unknown, fallback: Fallback): string | Fallback =>
  typeof value === 'string' ? value : fallback;

function readRecord(value: unknown): ConnectionRecord {
  const item = asObject(value);
  const { connection_id: id, status, creation_time: created, url } = item;
  return {
    id: stringOr(id, ''),
    status: stringOr(status, undefined),
    created: stringOr(created, ''),
    link: stringOr(url, undefined),
    page: pageIn(item),
  };
}

/** The connection in a result of manychat_get_connection or manychat_create_connection. */
export const connectionIn = ({ connection }: Result): ConnectionRecord => readRecord(connection);

/** The connections in a result of manychat_list_connections; entries without an id are dropped. */
export const connectionsIn = ({ connections }: Result): ConnectionRecord[] =>
  (Array.isArray(connections) ? connections : []).map(readRecord).filter(({ id }) => id !== '');
