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

/** Every endpoint, in reading order. */
export const endpoints: readonly Endpoint[] = [
  page.getPage,
  page.listGrowthTools,
  page.listOtnTopics,
  listFlows,
  tags.listTags,
  tags.createTag,
  tags.deleteTag,
  tags.deleteTagByName,
  tags.addTagToSubscriber,
  tags.addTagToSubscriberByName,
  tags.removeTagFromSubscriber,
  tags.removeTagFromSubscriberByName,
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
  subscribers.getSubscriber,
  subscribers.getSubscriberByUserRef,
  subscribers.findSubscribersByName,
  subscribers.findSubscribersByCustomField,
  subscribers.findSubscriberBySystemField,
  subscribers.createSubscriber,
  subscribers.updateSubscriber,
  subscribers.verifySubscriber,
  sending.sendContent,
  sending.sendContentByUserRef,
  sending.sendFlow,
  connections.listConnections,
  connections.createConnection,
  connections.getConnection,
  connections.deleteConnection,
];

/** Every tool made of several endpoint calls, or of none, in reading order. */
export const workflows: readonly Workflow[] = [
  sendText,
  checkContent,
  getMessagingStatus,
  setFieldsAndSendFlow,
  findOrCreateSubscriber,
  forEachSubscriber,
];

/** Every tool. */
export const declarations: readonly (Endpoint | Workflow)[] = [...endpoints, ...workflows];
