import { isObject } from '../../../tools/contract/json.js';
import type { Needs } from '../server.js';

const nothing: Needs = { tools: () => false, resources: false, prompts: false };

/** What the methods need that clients call again and again, by their names. */
const needsOf: Readonly<Record<string, Needs>> = {
  'tools/list': { ...nothing, tools: () => true },
  'resources/list': { ...nothing, resources: true },
  'resources/templates/list': { ...nothing, resources: true },
  'resources/read': { ...nothing, resources: true },
  'prompts/list': { ...nothing, prompts: true },
  'prompts/get': { ...nothing, prompts: true },
  'notifications/initialized': nothing,
  'notifications/cancelled': nothing,
  'subscriptions/listen': nothing,
  ping: nothing,
};

/** The parts of an offer that the server for one message has to register; undefined for the whole offer. */
export function needsIn(message: unknown): Needs | undefined {
  if (!isObject(message) || typeof message.method !== 'string') return undefined;
  const { method, params } = message;
  if (method === 'tools/call' && isObject(params)) return { ...nothing, tools: (name) => name === params.name };
  return Object.hasOwn(needsOf, method) ? needsOf[method] : undefined;
}
