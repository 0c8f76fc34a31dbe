import { asObject, isObject, type Result, toList } from '../../../../tools/contract/json.js';
import { activeIn } from './chooser.js';
import { pageResult } from './pages/page.js';
import type { ConnectionPages } from './pages/pages.js';

/** Pages that are read for one list: it must not use up the turns of other calls. */
const most = 25;

const countText = (count: number): string => (count === 1 ? 'page of 1 connection' : `pages of ${count} connections`);

/**
 * A list of connections with the page of each that is ACTIVE, as far as it can be read.
 * @param forMs how long pages are read, in milliseconds.
 */
export async function withPages(
  result: Result,
  offset: unknown,
  pages: ConnectionPages,
  callId: string,
  forMs: number,
): Promise<Result> {
  const ids = activeIn(result).map(({ id }) => id);
  // A caller that reads page by page is first told the pages of those that it will see.
  const start = typeof offset === 'number' ? offset : 0;
  const inOrder = [...ids.slice(start), ...ids.slice(0, start)];
  const found = await pages.ofSome(inOrder, callId, { most, forMs });
  const connections = (toList(result.connections) ?? []).map((item) => {
    const page = found.get(String(asObject(item).connection_id));
    return isObject(item) && page !== undefined ? { ...item, page: pageResult(page) } : item;
  });
  const later = ids.filter((id) => !found.has(id)).length;
  const unread = [...found.values()].filter((page) => page === undefined).length;
  const warnings = [
    ...(toList(result.warnings) ?? []),
    ...(unread === 0
      ? []
      : [`The ${countText(unread)} could not be read: manychat_get_page with the connection_id says why.`]),
    ...(later === 0 ? [] : [`Not read yet: the ${countText(later)}. Call again to see more.`]),
  ];
  return { ...result, connections, ...(warnings.length > 0 && { warnings }) };
}
