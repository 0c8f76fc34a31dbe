import { idText } from '../../../tools/contract/quoted.js';
import { pageText } from '../../account/lookups/connections/pages/page.js';
import type { ConnectionRecord } from '../../account/lookups/connections/record.js';
import { UsageError } from '../../config/usage-error.js';
import { idInCommand } from '../commands/call-line.js';
import type { Shell } from '../shell/shell.js';
import { statusOf } from './wait-for-key.js';

/** Connections that are listed, of each state. */
const maxShown = 10;

const isActive = ({ status = 'ACTIVE' }: ConnectionRecord): boolean => status === 'ACTIVE';

/** The connections of a list that can be used. */
export const activeOf = (connections: readonly ConnectionRecord[]): ConnectionRecord[] => connections.filter(isActive);

const connectionText = ({ id, page }: ConnectionRecord): string =>
  page === undefined ? idText(id) : `${pageText(page)}: ${idText(id)}`;

/** What is connected, and which connections only wait for their key. */
function existingText(connections: readonly ConnectionRecord[], program: string): string {
  const active = activeOf(connections);
  const more = active.length - maxShown;
  const pending = connections.filter((each) => !isActive(each) && statusOf(each) === 'PENDING');
  return [
    'Connected already:',
    ...active.slice(0, maxShown).map((each) => `  ${connectionText(each)}`),
    ...(more > 0 ? [`  and ${more} more`] : []),
    ...(pending.length === 0 ? [] : ['PENDING, and resumed by:']),
    ...pending.slice(0, maxShown).map(({ id }) => `  ${program} connect ${idInCommand(id)}`),
  ].join('\n');
}

/**
 * Whether another account is to be connected beside those that are ACTIVE.
 * @param agreed by a flag: nothing is asked.
 * @throws UsageError if there is nobody to ask; the reason of `ending` if that fires.
 */
export async function mayAddAnother(
  connections: readonly ConnectionRecord[],
  agreed: boolean,
  { program, note, ask }: Pick<Shell, 'program' | 'note' | 'ask'>,
): Promise<boolean> {
  if (activeOf(connections).length === 0) return true;
  const existing = existingText(connections, program);
  if (agreed || ask !== undefined) note(existing);
  if (agreed) return true;
  if (ask === undefined) throw new UsageError(`--yes is needed to connect another ManyChat account.\n${existing}`);
  return /^\s*y(es)?\s*$/i.test(await ask('Connect another ManyChat account? [y/N] '));
}
