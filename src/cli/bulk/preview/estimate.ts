import type { Endpoint } from '../../../../tools/contract/endpoint.js';
import { asObject, type Result } from '../../../../tools/contract/json.js';
import { setCustomFields } from '../../../../tools/endpoints/fields.js';
import { sendContent, sendFlow } from '../../../../tools/endpoints/sending.js';
import { addTagToSubscriberByName, removeTagFromSubscriberByName } from '../../../../tools/endpoints/tags.js';
import { maxFields } from '../../../../tools/values/inputs.js';
import type { AccountSettings } from '../../../config/accounts/settings.js';
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

/** What a job on one account has to do. */
export interface Workload {
  /** The arguments for one contact. */
  readonly sample: Result;
  readonly contacts: number;
  /** Accounts with the same identity share Maton's limit. */
  readonly settings: AccountSettings;
}

/** How long jobs that run side by side take at the pace of the limits, in words. */
export function durationText(workloads: readonly Workload[]): string {
  const seconds = new Map<string, number>();
  for (const { sample, contacts, settings } of workloads) {
    const { identity, access } = settings;
    const own = secondsFor(sample, contacts, access.mode === 'maton');
    seconds.set(identity, (seconds.get(identity) ?? 0) + own);
  }
  return `about ${roundedDuration(Math.max(0, ...seconds.values()))}`;
}

function secondsFor(sample: Result, contacts: number, throughMaton: boolean): number {
  const owner = { account: '', connection: '', throughMaton };
  const msByLimit = new Map<string, number>();
  for (const { path, perSecond } of requestsOf(sample)) {
    const pace = { path, ...(perSecond !== undefined && { perSecond }) };
    for (const { key, calls, windowMs } of loadOf(pace, sample, owner).limits) {
      msByLimit.set(key, (msByLimit.get(key) ?? 0) + windowMs / calls);
    }
  }
  return (contacts * Math.max(0, ...msByLimit.values())) / 1000;
}
