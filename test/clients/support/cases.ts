import type { Fault } from '../../../src/sandbox/index.js';
import type { Result } from '../../../tools/contract/json.js';
import { john, maria } from '../../support/people.js';
import { requesting } from '../../support/requesting.js';

/** A call that every client makes. */
export interface Case {
  readonly tool: string;
  readonly args: Result;
}

/** Each tool with its example. */
export const examples: readonly Case[] = requesting.map(({ name, example }) => ({ tool: name, args: example }));

const flow = 'content20240311101502_501223';
const actions = [
  { action: 'add_tag', tag_name: 'VIP' },
  { action: 'remove_tag', tag_name: 'VIP' },
  { action: 'set_field_value', field_name: 'favourite_roast', value: 'dark' },
  { action: 'unset_field_value', field_name: 'favourite_roast' },
];
const callback = {
  url: 'https://example.com/hook',
  method: 'post',
  headers: { 'x-shop': 'sunrise', 'x-order': '1042' },
  payload: { order: { id: 1042, items: ['beans', 'mug'] }, gift: true },
};
const link = { type: 'url', caption: 'Track', url: 'https://example.com/track/1042', webview_size: 'full', actions };
const start = { type: 'flow', caption: 'Start', target: flow, actions };
const call = { type: 'call', caption: 'Call us', phone: '+34600111222' };
const buy = {
  type: 'buy',
  caption: 'Buy',
  customer: { shipping_address: true, contact_name: true, contact_phone: false, contact_email: true },
  product: { label: 'Beans', cost: 1299 },
  success_target: flow,
};
const hook = { type: 'dynamic_block_callback', caption: 'Next', ...callback };

/** A message with every kind of block, button, quick reply and action, as ManyChat's reference has it. */
export const wholeGrammar: Case = {
  tool: 'manychat_send_content',
  args: {
    subscriber_id: maria,
    data: {
      version: 'v2',
      content: {
        messages: [
          { type: 'text', text: 'Your order has shipped.', buttons: [link, start, call] },
          {
            type: 'cards',
            elements: [
              {
                title: 'Beans',
                subtitle: 'Dark roast',
                image_url: 'https://example.com/beans.png',
                action_url: 'https://example.com/beans',
                buttons: [buy, hook],
              },
              { title: 'Mug' },
            ],
            image_aspect_ratio: 'square',
          },
          { type: 'image', url: 'https://example.com/mug.png', buttons: [start] },
          { type: 'video', url: 'https://example.com/mug.mp4', buttons: [link] },
          { type: 'audio', url: 'https://example.com/mug.mp3' },
          { type: 'file', url: 'https://example.com/invoice.pdf' },
        ],
        quick_replies: [start, hook],
        actions,
        external_message_callback: { ...callback, timeout: 3600 },
      },
    },
  },
};

/** A call that fails, and the texts that a model has to read. */
export interface FailingCase extends Case {
  readonly what: string;
  readonly fault?: Fault;
  readonly reads: readonly string[];
}

export const failing: readonly FailingCase[] = [
  {
    what: 'a contact that does not exist',
    tool: 'manychat_get_subscriber',
    args: { subscriber_id: '99999999999' },
    reads: ['"kind":"not_found"', '"message":"', 'Subscriber does not exist', '"performed":"no"'],
  },
  {
    what: 'a refusal of ManyChat',
    tool: 'manychat_verify_subscriber',
    args: { subscriber_id: john, signed_request: 'not signed' },
    reads: ['"kind":"rejected"', '"message":"Wrong signed request"', '"performed":"no"'],
  },
  {
    what: 'a message whose response was lost',
    tool: 'manychat_send_text',
    args: { subscriber_id: maria, text: 'Is anybody there?' },
    fault: { match: { path: 'sendContent' }, reset: 'before_headers', perform: true },
    reads: ['"kind":"network"', '"message":"The connection broke', '"performed":"unknown"'],
  },
];
