import * as z from 'zod';
import { characterCount, namedChannels } from './channels.js';

/** Most messages of one request. */
export const maxMessages = 10;

/** Most buttons of one message or card. */
export const maxButtons = 3;

/** Most quick replies of one request. */
export const maxQuickReplies = 11;

/** Most actions of one request. */
export const maxActions = 5;

/** Most cards of one message. */
export const maxCards = 10;

/** Most characters of a card's title, and of its subtitle. */
export const maxCardTextLength = 80;

/** The longest that a callback waits, in seconds: a day. */
export const maxCallbackSeconds = 86_400;

const needs = (what: string, key: string) => ({
  error: ({ input }: { input?: unknown }) => (input === undefined ? `${what} needs \`${key}\`` : undefined),
});

/** A text that must be there; `what` is named where it is not. */
const requiredText = (what: string, key: string) =>
  z.string(needs(what, key)).refine((given) => given.trim() !== '', `${what} needs a \`${key}\` that is not empty`);

const isAddress = (given: string, schemes: readonly string[]): boolean =>
  URL.canParse(given) && schemes.includes(new URL(given).protocol);

/** A whole web address that must be there; `what` is named where it is not. */
export const webAddress = (what: string, key = 'url') =>
  requiredText(what, key).refine(
    (given) => given.trim() === '' || isAddress(given, ['https:', 'http:']),
    'must be a whole web address, e.g. https://example.com/shop',
  );

const secureAddress = (what: string, key = 'url') =>
  requiredText(what, key).refine(
    (given) => given.trim() === '' || isAddress(given, ['https:']),
    'must be a whole https address, e.g. https://example.com/shop',
  );

const most = (count: number, what: string) => ({ error: `takes ${count} ${what} at the most` });

const oneOf = (what: string, types: readonly string[]) => ({
  error: ({ input }: { input?: unknown }) => {
    const given = typeof input === 'object' && input !== null && 'type' in input ? input.type : undefined;
    const instead = given === 'node' ? 'node works in dynamic blocks only, use flow; ' : '';
    return `${instead}${what} has one of the types ${types.join(', ')}`;
  },
});

const action = z.discriminatedUnion(
  'action',
  [
    z.strictObject({ action: z.literal('add_tag'), tag_name: requiredText('add_tag', 'tag_name') }),
    z.strictObject({ action: z.literal('remove_tag'), tag_name: requiredText('remove_tag', 'tag_name') }),
    z.strictObject({
      action: z.literal('set_field_value'),
      field_name: requiredText('set_field_value', 'field_name'),
      value: z.union([z.string(), z.number(), z.boolean()], needs('set_field_value', 'value')),
    }),
    z.strictObject({
      action: z.literal('unset_field_value'),
      field_name: requiredText('unset_field_value', 'field_name'),
    }),
  ],
  { error: 'an action is add_tag, remove_tag, set_field_value or unset_field_value, in its key `action`' },
);

const actions = z.array(action).max(maxActions, most(maxActions, 'actions')).optional();

const urlButton = z.strictObject({
  type: z.literal('url'),
  caption: requiredText('a url button', 'caption'),
  url: webAddress('a url button'),
  webview_size: z.enum(['full', 'medium', 'compact'], { error: 'is full, medium or compact' }).optional(),
  actions,
});

const flowButton = z.strictObject({
  type: z.literal('flow'),
  caption: requiredText('a flow button', 'caption'),
  target: requiredText('a flow button', 'target').describe('ns from manychat_list_flows'),
  actions,
});

const callButton = z.strictObject({
  type: z.literal('call'),
  caption: requiredText('a call button', 'caption'),
  phone: requiredText('a call button', 'phone'),
  actions,
});

const wanted = (key: string) => z.boolean({ error: `a buy button needs \`customer.${key}\`, true or false` });

const buyButton = z.strictObject({
  type: z.literal('buy'),
  caption: requiredText('a buy button', 'caption'),
  customer: z.strictObject(
    {
      shipping_address: wanted('shipping_address'),
      contact_name: wanted('contact_name'),
      contact_phone: wanted('contact_phone'),
      contact_email: wanted('contact_email').optional(),
    },
    needs('a buy button', 'customer'),
  ),
  product: z.strictObject(
    {
      label: requiredText('a product', 'label'),
      cost: z.int({ error: 'a product needs `cost`, a whole number of cents' }).min(0, { error: 'is not negative' }),
    },
    needs('a buy button', 'product'),
  ),
  success_target: z.string().optional(),
  actions,
});

const headers = z.record(z.string(), z.string(), { error: 'holds a text for each header' }).optional();
const payload = z.record(z.string(), z.unknown(), { error: 'is an object' }).optional();

const callbackButton = z.strictObject({
  type: z.literal('dynamic_block_callback'),
  caption: requiredText('a dynamic_block_callback button', 'caption'),
  url: secureAddress('a dynamic_block_callback button'),
  method: z.literal('post', { error: 'a dynamic_block_callback button needs `method: "post"`' }),
  headers,
  payload,
  actions,
});

const buttonTypes = ['url', 'flow', 'call', 'buy', 'dynamic_block_callback'];
const button = z.discriminatedUnion(
  'type',
  [urlButton, flowButton, callButton, buyButton, callbackButton],
  oneOf('a button', buttonTypes),
);
const buttons = z.array(button).max(maxButtons, most(maxButtons, 'buttons')).optional();

const quickReply = z.discriminatedUnion(
  'type',
  [flowButton, callbackButton],
  oneOf('a quick reply', ['flow', 'dynamic_block_callback']),
);

const cardText = (what: string, key: string) =>
  requiredText(what, key).refine(
    (given) => characterCount(given) <= maxCardTextLength,
    `takes ${maxCardTextLength} characters at the most`,
  );

const card = z.strictObject({
  title: cardText('a card', 'title'),
  subtitle: cardText('a card', 'subtitle').optional(),
  image_url: webAddress('a card', 'image_url').optional(),
  action_url: secureAddress('a card', 'action_url').optional(),
  buttons,
});

const medium = (type: 'image' | 'video' | 'audio') =>
  z.strictObject({ type: z.literal(type), url: webAddress(`a message of type ${type}`), buttons });

const message = z.discriminatedUnion(
  'type',
  [
    z.strictObject({ type: z.literal('text'), text: requiredText('a text message', 'text'), buttons }),
    z.strictObject({
      type: z.literal('cards'),
      elements: z
        .array(card, needs('a message of type cards', 'elements'))
        .min(1, { error: 'needs at least one card' })
        .max(maxCards, most(maxCards, 'cards')),
      image_aspect_ratio: z.enum(['horizontal', 'square'], { error: 'is horizontal or square' }).optional(),
    }),
    medium('image'),
    medium('video'),
    medium('audio'),
    z.strictObject({ type: z.literal('file'), url: webAddress('a message of type file') }),
  ],
  oneOf('a message', ['text', 'image', 'video', 'audio', 'file', 'cards']),
);

const callback = z.strictObject({
  url: secureAddress('external_message_callback'),
  method: requiredText('external_message_callback', 'method'),
  headers,
  payload,
  timeout: z
    .int({ error: 'is a whole number of seconds' })
    .min(1, { error: 'is at least 1 second' })
    .max(maxCallbackSeconds, { error: `is ${maxCallbackSeconds} seconds at the most` })
    .optional(),
});

/** Message content, before it is checked for its channel. */
export const content = z.strictObject({
  type: z.enum(namedChannels, { error: `is ${namedChannels.join(', ')}; leave it out for Messenger` }).optional(),
  messages: z.array(message, needs('content', 'messages')).max(maxMessages, most(maxMessages, 'messages')),
  quick_replies: z.array(quickReply).max(maxQuickReplies, most(maxQuickReplies, 'quick replies')).optional(),
  actions,
  external_message_callback: callback.optional(),
});

/** Message content that keeps the grammar. */
export type Content = z.output<typeof content>;

/** One of its messages. */
export type Message = Content['messages'][number];

/** A button below a message. */
export type Button = NonNullable<Extract<Message, { type: 'text' }>['buttons']>[number];

/** What is done to the contact with a message, or with a press of a button. */
export type Action = NonNullable<Content['actions']>[number];
