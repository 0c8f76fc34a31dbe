import type { Account, Channel } from '../account.js';
import { invalidContent } from '../refusals.js';
import { unsupportedBlocks } from './channels.js';
import { listAt, objectAt, textAt, urlAt, wordAt } from './grammar.js';

/** What the checks of a block need, and the actions found in buttons so far. */
export interface Scope {
  channel: Channel;
  account: Account;
  /** Whether buttons of type node are allowed: only in dynamic blocks. */
  nodes: boolean;
  actions: Record<string, unknown>[];
}

const maxButtons = 3;
const maxButtonActions = 5;
const buttonTypes = ['url', 'flow', 'call', 'buy', 'dynamic_block_callback', 'node'] as const;

/** The types that a quick reply can have. */
export const quickReplyTypes = ({ nodes }: Scope): readonly string[] => [
  'flow',
  'dynamic_block_callback',
  ...(nodes ? ['node'] : []),
];

/** Checks the buttons of a message or card. @throws Refusal */
export function checkButtons(value: unknown, place: string, scope: Scope): void {
  for (const [index, button] of listAt(value, place, maxButtons).entries()) {
    checkButton(button, `${place}[${index}]`, buttonTypes, scope);
  }
}

/** Checks a button or quick reply. @throws Refusal */
export function checkButton(value: unknown, place: string, types: readonly string[], scope: Scope): void {
  const button = objectAt(value, place);
  if (button.type === 'node' && !scope.nodes) throw invalidContent(`${place}: type node is not supported, use flow`);
  const type = wordAt(button.type, `${place}.type`, types);
  if (unsupportedBlocks[scope.channel].has(type)) {
    throw invalidContent(`${place}: ${type} is not supported for ${scope.channel}`);
  }
  textAt(button.caption, `${place}.caption`);
  checks[type]?.(button, place, scope);
  for (const [index, action] of listAt(button.actions, `${place}.actions`, maxButtonActions).entries()) {
    scope.actions.push(objectAt(action, `${place}.actions[${index}]`));
  }
}

const checks: Record<string, (button: Record<string, unknown>, place: string, scope: Scope) => void> = {
  url(button, place, { channel }) {
    urlAt(button.url, `${place}.url`);
    if (button.webview_size === undefined) return;
    if (unsupportedBlocks[channel].has('webview_size')) {
      throw invalidContent(`${place}.webview_size: not supported for ${channel}`);
    }
    wordAt(button.webview_size, `${place}.webview_size`, ['full', 'medium', 'compact']);
  },
  flow(button, place, { account }) {
    const target = textAt(button.target, `${place}.target`);
    // Assumption: whether ManyChat looks up the flow on sending is undocumented. Refusing reveals a typo early.
    if (!account.flows.some((flow) => flow.ns === target)) throw invalidContent(`${place}.target: flow not found`);
  },
  node(button, place) {
    textAt(button.target, `${place}.target`);
  },
  call(button, place) {
    textAt(button.phone, `${place}.phone`);
  },
  buy(button, place) {
    const customer = objectAt(button.customer, `${place}.customer`);
    for (const name of ['shipping_address', 'contact_name', 'contact_phone']) {
      if (typeof customer[name] !== 'boolean') throw invalidContent(`${place}.customer.${name} must be true or false`);
    }
    const product = objectAt(button.product, `${place}.product`);
    textAt(product.label, `${place}.product.label`);
    if (typeof product.cost !== 'number' || !Number.isInteger(product.cost) || product.cost < 0) {
      throw invalidContent(`${place}.product.cost must be a number of cents`);
    }
  },
  dynamic_block_callback(button, place) {
    urlAt(button.url, `${place}.url`, 'https');
    if (button.method !== undefined) wordAt(button.method, `${place}.method`, ['post']);
  },
};
