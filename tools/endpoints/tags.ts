import * as z from 'zod';
import { endpoint } from '../contract/endpoint.js';
import { oneName } from '../contract/reference.js';
import { listInput, listInputs, subscriberId, tagId, tagName, text } from '../values/inputs.js';
import { contactEcho, itemOutput, listOutput, tag, tagEcho, tagWrittenResult } from '../values/outputs.js';

const tagResult = itemOutput('tag', tag);

const tagsResult = listOutput('tags', tag);

export const listTags = endpoint({
  name: 'manychat_list_tags',
  title: 'List tags',
  description:
    "All tags of the page. A contact's own tags: manychat_get_subscriber. The API cannot list or count the contacts that have a tag.",
  api: 'manychat',
  method: 'GET',
  path: '/fb/page/getTags',
  perSecond: 100,
  effect: 'read',
  input: z.strictObject(listInput),
  localInputs: listInputs,
  output: tagsResult,
  example: {},
});

export const createTag = endpoint({
  name: 'manychat_create_tag',
  title: 'Create tag',
  description:
    'Adds a tag to the page, to no contact yet. Check manychat_list_tags first: what happens if the name exists is not documented. After a deletion, a new one has a new id, which flows and rules do not follow, so never delete and create a tag to empty it.',
  api: 'manychat',
  method: 'POST',
  path: '/fb/page/createTag',
  perSecond: 10,
  effect: 'create',
  purposes: ['create_tag'],
  verifyWith: ['manychat_list_tags'],
  input: z.strictObject({ name: text('Name of the new tag') }),
  output: tagResult,
  example: { name: 'New Tag' },
});

export const deleteTag = endpoint({
  name: 'manychat_delete_tag',
  title: 'Delete tag everywhere',
  description:
    "Deletes the tag itself, and from every contact; cannot be undone: a new tag has a new id, which flows and rules do not follow. Not for emptying a tag: a person does that on ManyChat's own screen, and decides. From one contact: manychat_remove_tag_from_subscriber.",
  api: 'manychat',
  method: 'POST',
  path: '/fb/page/removeTag',
  perSecond: 10,
  effect: 'destroy',
  purposes: ['delete_tag'],
  verifyWith: ['manychat_list_tags'],
  input: z.strictObject({ tag_id: tagId }),
  output: tagWrittenResult,
  echo: ({ tag_id }, known) => ({ ...tagEcho(tag_id, known) }),
  question: ({ tag_id }, { tag }) => `Delete ${tag(tag_id)} itself, and from every contact`,
  example: { tag_id: 123 },
});

export const deleteTagByName = endpoint({
  name: 'manychat_delete_tag_by_name',
  title: 'Delete tag everywhere, by name',
  description:
    "Deletes the tag itself, and from every contact; cannot be undone: a new tag has a new id, which flows and rules do not follow. Not for emptying a tag: a person does that on ManyChat's own screen, and decides. From one contact: manychat_remove_tag_from_subscriber_by_name.",
  api: 'manychat',
  method: 'POST',
  path: '/fb/page/removeTagByName',
  perSecond: 10,
  effect: 'destroy',
  purposes: ['delete_tag'],
  verifyWith: ['manychat_list_tags'],
  input: z.strictObject({ tag_name: tagName }),
  output: tagWrittenResult,
  echo: ({ tag_name }) => ({ tag: tag_name }),
  mapNames: oneName('tag', 'tag_name'),
  byId: { endpoint: deleteTag, id: 'tag_id' },
  question: ({ tag_name }, { named }) =>
    `Delete ${named({ kind: 'tag', name: tag_name })} itself, and from every contact`,
  example: { tag_name: 'Old Tag' },
});

export const addTagToSubscriber = endpoint({
  name: 'manychat_add_tag_to_subscriber',
  title: 'Add tag to subscriber',
  description:
    'Adds an existing tag to one contact; no effect if it has it. By name: manychat_add_tag_to_subscriber_by_name; for many: manychat_for_each_subscriber.',
  api: 'manychat',
  method: 'POST',
  path: '/fb/subscriber/addTag',
  perSecond: 10,
  effect: 'set',
  purposes: ['add_tag'],
  input: z.strictObject({ subscriber_id: subscriberId, tag_id: tagId }),
  output: tagWrittenResult,
  echo: ({ subscriber_id, tag_id }, known) => ({ ...contactEcho(subscriber_id, known), ...tagEcho(tag_id, known) }),
  example: { subscriber_id: '123456789', tag_id: 1 },
});

export const addTagToSubscriberByName = endpoint({
  name: 'manychat_add_tag_to_subscriber_by_name',
  title: 'Add tag to subscriber by name',
  description:
    'Adds an existing tag (else manychat_create_tag first) to one contact; no effect if it has it. For many: manychat_for_each_subscriber.',
  api: 'manychat',
  method: 'POST',
  path: '/fb/subscriber/addTagByName',
  perSecond: 10,
  effect: 'set',
  purposes: ['add_tag'],
  input: z.strictObject({ subscriber_id: subscriberId, tag_name: tagName }),
  output: tagWrittenResult,
  echo: ({ subscriber_id, tag_name }, known) => ({ ...contactEcho(subscriber_id, known), tag: tag_name }),
  mapNames: oneName('tag', 'tag_name'),
  example: { subscriber_id: '123456789', tag_name: 'VIP' },
});

export const removeTagFromSubscriber = endpoint({
  name: 'manychat_remove_tag_from_subscriber',
  title: 'Remove tag from subscriber',
  description:
    "Removes a tag from one contact; no effect if it lacks it; the tag stays. By name: manychat_remove_tag_from_subscriber_by_name; for many: manychat_for_each_subscriber; from every contact: only a person, on ManyChat's own screen.",
  api: 'manychat',
  method: 'POST',
  path: '/fb/subscriber/removeTag',
  perSecond: 10,
  effect: 'remove',
  purposes: ['remove_tag'],
  input: z.strictObject({ subscriber_id: subscriberId, tag_id: tagId }),
  output: tagWrittenResult,
  echo: ({ subscriber_id, tag_id }, known) => ({ ...contactEcho(subscriber_id, known), ...tagEcho(tag_id, known) }),
  example: { subscriber_id: '123456789', tag_id: 1 },
});

export const removeTagFromSubscriberByName = endpoint({
  name: 'manychat_remove_tag_from_subscriber_by_name',
  title: 'Remove tag from subscriber by name',
  description:
    "Removes a tag from one contact; no effect if it lacks it; the tag stays. By id: manychat_remove_tag_from_subscriber; for many: manychat_for_each_subscriber; from every contact: only a person, on ManyChat's own screen.",
  api: 'manychat',
  method: 'POST',
  path: '/fb/subscriber/removeTagByName',
  perSecond: 10,
  effect: 'remove',
  purposes: ['remove_tag'],
  input: z.strictObject({ subscriber_id: subscriberId, tag_name: tagName }),
  output: tagWrittenResult,
  echo: ({ subscriber_id, tag_name }, known) => ({ ...contactEcho(subscriber_id, known), tag: tag_name }),
  mapNames: oneName('tag', 'tag_name'),
  example: { subscriber_id: '123456789', tag_name: 'VIP' },
});
