import type { Result } from '../../../tools/contract/json.js';
import { idText, quoted } from '../../../tools/contract/quoted.js';
import { byCreation, shownConnection } from '../../account/lookups/connections/chooser.js';
import { type ConnectionRecord, connectionsIn } from '../../account/lookups/connections/record.js';
import { connectIt, connectionSetting, deleteIt, pinIt, showIt } from './advice.js';
import { type Finding, failed, ok, warning } from './finding.js';
import type { Probe } from './probe.js';

/** A connection in the list. */
export type ListedConnection = Pick<ConnectionRecord, 'id' | 'created' | 'page'> & { readonly status: string };

const maxListed = 10;

/** The connections of a Maton account, oldest first. One without a status is used as if it were ACTIVE. */
export const listedConnections = (result: Result): ListedConnection[] =>
  connectionsIn(result)
    .map(({ id, status = 'ACTIVE', created, page }) => ({ id, status, created, page }))
    .toSorted(byCreation);

/** The connections of a list that can be used. */
export const activeOf = (connections: readonly ListedConnection[]): ListedConnection[] =>
  connections.filter(({ status }) => status === 'ACTIVE');

const dayOf = (isoTime: string): string => idText(isoTime.slice(0, 10));

/** A connection on a line of 80 characters, unless its page has a long name. */
function connectionText({ id, status, created, page }: ListedConnection): string {
  const since = created === '' ? '' : ` since ${dayOf(created)}`;
  return `${idText(id)} ${idText(status)}${page === undefined || page.name === '' ? since : ` ${quoted(page.name)}`}`;
}

function linesOf(connections: readonly ListedConnection[]): string[] {
  const more = connections.length - maxListed;
  return [...connections.slice(0, maxListed).map(connectionText), ...(more > 0 ? [`and ${more} more`] : [])];
}

const countText = (count: number): string => (count === 1 ? '1 connection' : `${count} connections`);

/** Checks the list of connections: whether one can be used, and whether it is clear which. */
export function checkConnections(
  connections: readonly ListedConnection[],
  pinned: string | undefined,
  { program, account, clean }: Probe,
): Finding {
  if (connections.length === 0) return failed('connections', 'no ManyChat account is connected', connectIt(program));
  const [oldest, ...others] = activeOf(connections);
  const pending = connections.find(({ status }) => status === 'PENDING');
  const broken = connections.find(({ status }) => status === 'FAILED');
  const advice: string[] = [];
  if (oldest !== undefined && others.length > 0 && pinned === undefined) {
    advice.push(
      `Reads use the oldest, ${idText(oldest.id)}; a call that changes or sends is refused unless it names a connection.`,
      pinIt('ID', account),
    );
  }
  if (pending !== undefined) {
    advice.push(
      `PENDING waits for the ManyChat key to be entered: ${showIt(program, pending.id)}`,
      `Or ${deleteIt(program, pending.id)}`,
    );
  }
  if (broken !== undefined)
    advice.push(`FAILED never becomes ACTIVE: ${connectIt(program)}`, deleteIt(program, broken.id));
  if (oldest === undefined && pending === undefined && broken === undefined) advice.push(connectIt(program));
  const items = linesOf(connections).map(clean);
  const found = countText(connections.length);
  const adviceText = advice.map(clean).join('\n');
  if (oldest === undefined) return { ...failed('connections', `${found}, none is ACTIVE`, adviceText), items };
  return { ...(advice.length === 0 ? ok('connections', found) : warning('connections', found, adviceText)), items };
}

/** The connection that is pinned by the name of its page, and what is to be said about it. */
export async function checkPinnedPage(
  name: string,
  { account, clean, pinnedId, failure }: Probe,
): Promise<{ readonly finding: Finding; readonly id?: string }> {
  const check = 'pinned connection';
  const found = await pinnedId();
  if ('id' in found) return { id: found.id, finding: ok(check, clean(`${quoted(name)} is ${idText(found.id)}`)) };
  const { kind, message, details = [] } = found.failure;
  if (kind !== 'connection_not_found' && kind !== 'ambiguous_connection')
    return { finding: failure(check, found.failure) };
  const items = details.map(clean);
  return {
    finding: {
      ...failed(check, clean(message), `Set ${connectionSetting(account)} to the id of one that is ACTIVE.`),
      items,
    },
  };
}

/** Checks the pinned connection. It may be missing in the list, which only contains those of ManyChat. */
export async function checkPinned(
  id: string,
  connections: readonly ListedConnection[],
  { program, account, clean, call, failure }: Probe,
): Promise<Finding> {
  const check = 'pinned connection';
  const name = shownConnection(id);
  const listed = connections.find((each) => each.id === id);
  if (listed?.status === 'ACTIVE') return ok(check, clean(`${name} is ACTIVE`));
  const changeIt = `Set ${connectionSetting(account)} to one that is ACTIVE, or remove it.`;
  if (listed !== undefined) {
    const next = listed.status === 'PENDING' ? showIt(program, id) : connectIt(program);
    return failed(check, clean(`${name} is ${idText(listed.status)}`), clean(`${changeIt} ${next}`));
  }
  const outcome = await call('manychat_get_connection', { connection_id: id });
  if (outcome.ok) return failed(check, clean(`${name} exists, but is not a ManyChat connection`), changeIt);
  if (outcome.failure.kind === 'connection_not_found') return failed(check, clean(`${name} does not exist`), changeIt);
  return failure(check, outcome.failure);
}
