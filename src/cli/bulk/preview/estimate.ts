import type { Endpoint } from '../../../../tools/contract/endpoint.js';
import { asObject, type Result } from '../../../../tools/contract/json.js';
import { setCustomFields } from '../../../../tools/endpoints/fields.js';
import { sendContent, sendFlow } from '../../../../tools/endpoints/sending.js';
import { addTagToSubscriberByName, removeTagFromSubscriberByName } from '../../../../tools/endpoints/tags.js';
import { maxFields } from '../../../../tools/values/inputs.js';
import { loadOf } from '../../../upstream/pacing/limits.js';
import { roundedDuration } from '../../shell/duration.js';

const endpoints: Readonly<Record<string, Endpoint>> = {
  add_tag: addTagToSubscriberByName,
  remove_tag: removeTagFromSubscriberByName,
  send_text: sendContent,
  send_content: sendContent,
  send_flow: sendFlow,
};

/** The requests that an action makes for one contact. */
function requestsOf({ action, fields }: Result): Endpoint[] {
  const batches = Math.ceil(Object.keys(asObject(fields)).length / maxFields);
  const last = endpoints[String(action)];
  return [...Array.from({ length: batches }, () => setCustomFields), ...(last === undefined ? [] : [last])];
}

/**
 * How long a job takes at the pace of the limits, in words.
 * @param sample the arguments for one contact.
 */
export function durationText(sample: Result, contacts: number, throughMaton: boolean): string {
  const owner = { account: '', connection: '', throughMaton };
  const msByLimit = new Map<string, number>();
  for (const { path, perSecond } of requestsOf(sample)) {
    const pace = { path, ...(perSecond !== undefined && { perSecond }) };
    for (const { key, calls, windowMs } of loadOf(pace, sample, owner).limits) {
      msByLimit.set(key, (msByLimit.get(key) ?? 0) + windowMs / calls);
    }
  }
  return `about ${roundedDuration((contacts * Math.max(0, ...msByLimit.values())) / 1000)}`;
}
