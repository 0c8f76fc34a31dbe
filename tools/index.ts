import type { Capability, ToolName } from './contract/capabilities.js';
import type { Endpoint } from './contract/endpoint.js';
import type { Workflow } from './contract/workflow.js';
import * as connections from './endpoints/connections.js';
import { findSubscriberBySystemField, findSubscribersByCustomField } from './endpoints/contact-searches.js';
import * as fields from './endpoints/fields.js';
import { listFlows } from './endpoints/flows.js';
import * as page from './endpoints/page.js';
import * as sending from './endpoints/sending.js';
import * as subscribers from './endpoints/subscribers.js';
import * as tags from './endpoints/tags.js';
import { checkContent } from './workflows/check-content.js';
import { findOrCreateSubscriber } from './workflows/find-or-create.js';
import { findSubscribers } from './workflows/find-subscribers/find-subscribers.js';
import { forEachSubscriber } from './workflows/for-each/for-each.js';
import { forgetMessages } from './workflows/inbox/forget-messages.js';
import { listMessages } from './workflows/inbox/list-messages.js';
import { reply } from './workflows/inbox/reply.js';
import { waitForMessages } from './workflows/inbox/wait-for-messages.js';
import { getMessagingStatus } from './workflows/messaging-status/messaging-status.js';
import { sendText } from './workflows/sending/send-text.js';
import { setFieldsAndSendFlow } from './workflows/sending/set-fields-and-send-flow.js';

type Tools = Readonly<Record<string, readonly (Endpoint | Workflow)[]>>;

/** Every tool in its own toolset, in reading order. */
const ownToolsets = {
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
    findSubscribers,
    subscribers.getSubscriber,
    subscribers.getSubscriberByUserRef,
    subscribers.findSubscribersByName,
    findSubscribersByCustomField,
    findSubscriberBySystemField,
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
  inbox: [waitForMessages, listMessages, reply, forgetMessages],
  connections: [
    connections.listConnections,
    connections.createConnection,
    connections.getConnection,
    connections.deleteConnection,
  ],
} as const satisfies Tools;

/** The toolsets. Each tool is in its own one; those that the usual jobs need are in `essentials` too. */
export const toolsets = {
  ...ownToolsets,
  essentials: [
    findSubscribers,
    getMessagingStatus,
    sendText,
    sending.sendContent,
    sending.sendFlow,
    tags.addTagToSubscriberByName,
    fields.setCustomFieldByName,
    forEachSubscriber,
    listFlows,
  ],
} as const satisfies Tools;

/** Every tool. */
export const declarations: readonly (Endpoint | Workflow)[] = Object.values(ownToolsets).flat();

/** The names of the toolsets that a tool is in, its own first. */
export const toolsetsOf = (tool: Endpoint | Workflow): string[] =>
  Object.entries<readonly (Endpoint | Workflow)[]>(toolsets).flatMap(([name, tools]) =>
    tools.includes(tool) ? name : [],
  );

/** The tools that are one HTTP endpoint each. */
export const endpoints: readonly Endpoint[] = declarations.filter((each) => each.kind === 'endpoint');

/** The tools that have a purpose, in reading order. */
export const toolsFor = (purpose: Capability): ToolName[] =>
  declarations.filter(({ purposes }) => purposes?.includes(purpose)).map(({ name }) => name);
