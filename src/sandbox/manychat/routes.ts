import { createSubscriber, updateSubscriber } from './endpoints/contact-import.js';
import * as contacts from './endpoints/contacts.js';
import { sendFlow } from './endpoints/flows.js';
import * as page from './endpoints/page.js';
import { sendContent, sendContentByUserRef } from './endpoints/sending.js';
import type { Handler } from './request.js';

/** A ManyChat endpoint; `perSecond` is its published limit per page key, if there is one. */
export interface Route {
  method: 'GET' | 'POST';
  perSecond?: number;
  handle: Handler;
}

/** ManyChat's endpoints by path, from its swagger. */
export const routes: ReadonlyMap<string, Route> = new Map<string, Route>([
  ['/fb/page/getInfo', { method: 'GET', perSecond: 100, handle: page.getInfo }],
  ['/fb/page/getTags', { method: 'GET', perSecond: 100, handle: page.getTags }],
  ['/fb/page/createTag', { method: 'POST', perSecond: 10, handle: page.createTag }],
  ['/fb/page/removeTag', { method: 'POST', perSecond: 10, handle: page.removeTag }],
  ['/fb/page/removeTagByName', { method: 'POST', perSecond: 10, handle: page.removeTagByName }],
  ['/fb/page/getCustomFields', { method: 'GET', perSecond: 100, handle: page.getCustomFields }],
  ['/fb/page/createCustomField', { method: 'POST', perSecond: 10, handle: page.createCustomField }],
  ['/fb/page/getBotFields', { method: 'GET', perSecond: 100, handle: page.getBotFields }],
  ['/fb/page/createBotField', { method: 'POST', perSecond: 10, handle: page.createBotField }],
  ['/fb/page/setBotField', { method: 'POST', perSecond: 10, handle: page.setBotField }],
  ['/fb/page/setBotFieldByName', { method: 'POST', perSecond: 10, handle: page.setBotFieldByName }],
  ['/fb/page/setBotFields', { method: 'POST', perSecond: 10, handle: page.setBotFields }],
  ['/fb/page/getFlows', { method: 'GET', perSecond: 10, handle: page.getFlows }],
  ['/fb/page/getGrowthTools', { method: 'GET', perSecond: 100, handle: page.getGrowthTools }],
  ['/fb/page/getWidgets', { method: 'GET', perSecond: 100, handle: page.getGrowthTools }],
  ['/fb/page/getOtnTopics', { method: 'GET', perSecond: 100, handle: page.getOtnTopics }],
  ['/fb/subscriber/getInfo', { method: 'GET', perSecond: 10, handle: contacts.getInfo }],
  ['/fb/subscriber/findByName', { method: 'GET', perSecond: 10, handle: contacts.findByName }],
  ['/fb/subscriber/findByCustomField', { method: 'GET', perSecond: 10, handle: contacts.findByCustomField }],
  ['/fb/subscriber/findBySystemField', { method: 'GET', perSecond: 50, handle: contacts.findBySystemField }],
  ['/fb/subscriber/getInfoByUserRef', { method: 'GET', handle: contacts.getInfoByUserRef }],
  ['/fb/subscriber/createSubscriber', { method: 'POST', perSecond: 10, handle: createSubscriber }],
  ['/fb/subscriber/updateSubscriber', { method: 'POST', perSecond: 10, handle: updateSubscriber }],
  ['/fb/subscriber/addTag', { method: 'POST', perSecond: 10, handle: contacts.addTag }],
  ['/fb/subscriber/addTagByName', { method: 'POST', perSecond: 10, handle: contacts.addTagByName }],
  ['/fb/subscriber/removeTag', { method: 'POST', perSecond: 10, handle: contacts.removeTag }],
  ['/fb/subscriber/removeTagByName', { method: 'POST', perSecond: 10, handle: contacts.removeTagByName }],
  ['/fb/subscriber/setCustomField', { method: 'POST', perSecond: 10, handle: contacts.setCustomField }],
  ['/fb/subscriber/setCustomFieldByName', { method: 'POST', perSecond: 10, handle: contacts.setCustomFieldByName }],
  ['/fb/subscriber/setCustomFields', { method: 'POST', perSecond: 10, handle: contacts.setCustomFields }],
  ['/fb/subscriber/verifyBySignedRequest', { method: 'POST', perSecond: 10, handle: contacts.verifyBySignedRequest }],
  ['/fb/sending/sendContent', { method: 'POST', perSecond: 25, handle: sendContent }],
  ['/fb/sending/sendContentByUserRef', { method: 'POST', perSecond: 25, handle: sendContentByUserRef }],
  ['/fb/sending/sendFlow', { method: 'POST', perSecond: 20, handle: sendFlow }],
]);
