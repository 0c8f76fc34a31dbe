import type { Endpoint } from '../../../tools/contract/endpoint.js';
import { asObject, type Result, toList } from '../../../tools/contract/json.js';
import { quoted } from '../../../tools/contract/quoted.js';
import type { ReferenceKind } from '../../../tools/contract/reference.js';
import { listBotFields, listCustomFields } from '../../../tools/endpoints/fields.js';
import { listFlows } from '../../../tools/endpoints/flows.js';
import { listOtnTopics } from '../../../tools/endpoints/page.js';
import { listTags } from '../../../tools/endpoints/tags.js';
import type { Candidate } from '../../text/closest.js';

/** For each kind of named thing: the endpoint that lists it, and the key of the list in the result. */
export const lists: Readonly<Record<ReferenceKind, { readonly endpoint: Endpoint; readonly key: string }>> = {
  tag: { endpoint: listTags, key: 'tags' },
  'custom field': { endpoint: listCustomFields, key: 'custom_fields' },
  'bot field': { endpoint: listBotFields, key: 'bot_fields' },
  flow: { endpoint: listFlows, key: 'flows' },
  'OTN topic': { endpoint: listOtnTopics, key: 'otn_topics' },
};

/** The things in a list, each with its name; a flow with its ns as well. */
export function candidatesIn(what: ReferenceKind, result: Result): Candidate[] {
  return (toList(result[lists[what].key]) ?? []).map((item) => {
    const { name, ns } = asObject(item);
    const label = ns === undefined ? quoted(name) : `${quoted(ns)} (${quoted(name)})`;
    return { label, names: [name, ns].filter((each) => typeof each === 'string') };
  });
}
