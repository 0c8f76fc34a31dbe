import { checkContent } from './check-content.js';
import * as connections from './connections.js';
import type { Endpoint } from './endpoint.js';
import * as fields from './fields.js';
import { findOrCreateSubscriber } from './find-or-create.js';
import { listFlows } from './flows.js';
import { forEachSubscriber } from './for-each.js';
import * as page from './page.js';
import * as sending from './sending.js';
import * as subscribers from './subscribers.js';
import * as tags from './tags.js';
import type { Workflow } from './workflow.js';
import { getMessagingStatus, sendText, setFieldsAndSendFlow } from './workflows.js';

/** Every tool by the set it can be offered with, in reading order. */
export const toolsets = {
  page: [page.getPage, page.listGrowthTools, page.listOtnTopics],
  flows: [listFlows],
  tags: [
    tags.listTags,
    tags.createTag,
    tags.deleteTag,
    tags.deleteTagByName,
    tags.addTagToSubscriber,
    tags.addTagToSubscriberByName,
    tags.removeTagFromSubscriber,
    tags.removeTagFromSubscriberByName,
  ],
  fields: [
    fields.listCustomFields,
    fields.createCustomField,
    fields.setCustomField,
    fields.setCustomFieldByName,
    fields.setCustomFields,
    fields.listBotFields,
    fields.createBotField,
    fields.setBotField,
    fields.setBotFieldByName,
    fields.setBotFields,
  ],
  subscribers: [
    subscribers.getSubscriber,
    subscribers.getSubscriberByUserRef,
    subscribers.findSubscribersByName,
    subscribers.findSubscribersByCustomField,
    subscribers.findSubscriberBySystemField,
    findOrCreateSubscriber,
    subscribers.createSubscriber,
    subscribers.updateSubscriber,
    subscribers.verifySubscriber,
  ],
  sending: [
    getMessagingStatus,
    sendText,
    checkContent,
    sending.sendContent,
    sending.sendContentByUserRef,
    sending.sendFlow,
    setFieldsAndSendFlow,
    forEachSubscriber,
  ],
  connections: [
    connections.listConnections,
    connections.createConnection,
    connections.getConnection,
    connections.deleteConnection,
  ],
} as const satisfies Readonly<Record<string, readonly (Endpoint | Workflow)[]>>;

/** Every tool. */
export const declarations: readonly (Endpoint | Workflow)[] = Object.values(toolsets).flat();

/** The tools that are one HTTP endpoint each. */
export const endpoints: readonly Endpoint[] = declarations.filter((each) => 'path' in each);

/** The tools that are made of several endpoint calls, or of none. */
export const workflows: readonly Workflow[] = declarations.filter((each) => 'run' in each);
