import { asObject } from '../../../../tools/contract/json.js';
import { getSubscriber } from '../../../../tools/endpoints/subscribers.js';
import type { ToolCaller } from '../../../account/call/call-tool.js';
import { plainTool } from '../../../account/policy/tool.js';
import type { Entry } from '../journal/entry.js';

/** The address of a contact's chat in ManyChat; undefined if it is not known. */
export type ChatLinkOf = (id: string) => string | undefined;

const deadlineMs = 5_000;

/** Whether ManyChat may know a contact. */
const mayExist = ({ id, kind }: Entry): boolean => /^\d+$/.test(id) && kind !== 'not_found' && kind !== 'invalid_input';

/**
 * Learns the form of chat addresses from one contact, so that the others need no request. None is known if that cannot be
 * read.
 */
export async function readChatLinks(entries: readonly Entry[], call: ToolCaller): Promise<ChatLinkOf> {
  const known = entries.filter(mayExist);
  const sample = known.find(({ state }) => state === 'unknown') ?? known[0];
  if (sample === undefined) return () => undefined;
  const { signal } = new AbortController();
  const contact = await call(plainTool(getSubscriber), { subscriber_id: sample.id }, { signal, deadlineMs });
  const url = contact.ok ? asObject(contact.result.subscriber).live_chat_url : undefined;
  if (typeof url !== 'string' || !url.endsWith(`/${sample.id}`)) return () => undefined;
  const stem = url.slice(0, -sample.id.length);
  const ids = new Set(known.map(({ id }) => id));
  return (id) => (ids.has(id) ? `${stem}${id}` : undefined);
}
