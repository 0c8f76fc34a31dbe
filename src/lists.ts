import type { Endpoint } from '../tools/endpoint.js';
import { listBotFields, listCustomFields } from '../tools/fields.js';
import { listFlows } from '../tools/flows.js';
import type { Named } from '../tools/names.js';
import { listOtnTopics } from '../tools/page.js';
import { listTags } from '../tools/tags.js';

/** Where the things that an account has by name are listed, and under which key of the result. */
export const lists: Readonly<Record<Named, { readonly endpoint: Endpoint; readonly key: string }>> = {
  tag: { endpoint: listTags, key: 'tags' },
  'custom field': { endpoint: listCustomFields, key: 'custom_fields' },
  'bot field': { endpoint: listBotFields, key: 'bot_fields' },
  flow: { endpoint: listFlows, key: 'flows' },
  'OTN topic': { endpoint: listOtnTopics, key: 'otn_topics' },
};
