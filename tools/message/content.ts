import * as z from 'zod';
import { asJsonText } from '../values/reading/client-form.js';
import {
  channelError,
  channels,
  characterCount,
  maxActions,
  maxButtons,
  maxCards,
  maxCardTextLength,
  maxMessages,
  maxQuickReplies,
  namedChannels,
} from './channels.js';

/** The longest timeout of a callback in seconds: a day. */
export const maxCallbackSeconds = 86_400;

const needs = (what: string, key: string) => ({
  error: ({ input }: { input?: unknown }) => (input === undefined ? `${what} needs \`${key}\`` : undefined),
});

/** A required text that is not empty; messages start with `what`. */
const requiredText = (what: string, key: string) =>
  z.string(needs(what, key)).refine((value) => value.trim() !== '', `${what} needs a \`${key}\` that is not empty`);

const isAddress = (value: string, schemes: readonly string[]): boolean =>
  URL.canParse(value) && schemes.includes(new URL(value).protocol);

/** A required http or https address; messages start with `what`. */
export const webAddress = (what: string, key = 'url') =>
  requiredText(what, key).refine(
    (value) => value.trim() === '' || isAddress(value, ['https:', 'http:']),
    'must be a full web address, e.g. https://example.com/shop',
  );

const secureAddress = (what: string, key = 'url') =>
  requiredText(what, key).refine(
    (value) => value.trim() === '' || isAddress(value, ['https:']),
    'must be a full https address, e.g. https://example.com/shop',
  );

const atMost = (count: number, what: string) => ({ error: `takes at most ${count} ${what}` });

const oneOf = (what: string, types: readonly string[]) => ({
  error: ({ input }: { input?: unknown }) => {
    const type = typeof input === 'object' && input !== null && 'type' in input ? input.type : undefined;
    const advice = type === 'node' ? 'node works only in dynamic blocks, use flow; ' : '';
    return `${advice}${what} must have one of the types ${types.join(', ')}`;
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
  { error: 'the key `action` must be add_tag, remove_tag, set_field_value or unset_field_value' },
);

const actions = z.array(action).max(maxActions, atMost(maxActions, 'actions')).optional();

const urlButton = z.strictObject({
  type: z.literal('url'),
  caption: requiredText('a url button', 'caption'),
  url: webAddress('a url button'),
  webview_size: z.enum(['full', 'medium', 'compact'], { error: 'must be full, medium or compact' }).optional(),
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

const required = (key: string) => z.boolean({ error: `a buy button needs \`customer.${key}\`, true or false` });

const buyButton = z.strictObject({
  type: z.literal('buy'),
  caption: requiredText('a buy button', 'caption'),
  customer: z
    .strictObject(
      {
        shipping_address: required('shipping_address'),
        contact_name: required('contact_name'),
        contact_phone: required('contact_phone'),
        contact_email: required('contact_email').optional(),
      },
      needs('a buy button', 'customer'),
    )
    .meta({ ...asJsonText, description: 'JSON: shipping_address, contact_name, contact_phone, true or false' }),
  product: z
    .strictObject(
      {
        label: requiredText('a product', 'label'),
        cost: z
          .int({ error: 'a product needs `cost`, a whole number of cents' })
          .min(0, { error: 'must not be negative' }),
      },
      needs('a buy button', 'product'),
    )
    .meta({ ...asJsonText, description: 'JSON: label, cost in cents' }),
  success_target: z.string().optional(),
  actions,
});

const headers = z
  .record(z.string().regex(/\S/), z.string(), { error: 'must hold a text for each header' })
  .refine(
    (given) => new Set(Object.keys(given).map((name) => name.toLowerCase())).size === Object.keys(given).length,
    'names a header twice, in different upper and lower case',
  )
  .meta({ ...asJsonText, description: 'JSON object' })
  .optional();
const payload = z
  .record(z.string(), z.unknown(), { error: 'must be an object' })
  .meta({ ...asJsonText, description: 'JSON object' })
  .optional();

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
const buttons = z
  .array(button)
  .max(maxButtons, atMost(maxButtons, 'buttons'))
  .optional()
  .describe('flow takes target, buy customer and product, dynamic_block_callback url and method');

const quickReply = z.discriminatedUnion(
  'type',
  [flowButton, callbackButton],
  oneOf('a quick reply', ['flow', 'dynamic_block_callback']),
);

const cardText = (what: string, key: string) =>
  requiredText(what, key).refine(
    (value) => characterCount(value) <= maxCardTextLength,
    `takes at most ${maxCardTextLength} characters`,
  );

const card = z.strictObject({
  title: cardText('a card', 'title'),
  subtitle: cardText('a card', 'subtitle').optional(),
  image_url: webAddress('a card', 'image_url').optional(),
  action_url: webAddress('a card', 'action_url').optional(),
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
        .max(maxCards, atMost(maxCards, 'cards')),
      image_aspect_ratio: z.enum(['horizontal', 'square'], { error: 'must be horizontal or square' }).optional(),
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
    .int({ error: 'must be a whole number of seconds' })
    .min(1, { error: 'must be at least 1 second' })
    .max(maxCallbackSeconds, { error: `must be at most ${maxCallbackSeconds} seconds` })
    .optional(),
});

/** The grammar of message content, without the rules of its channel. */
export const content = z.strictObject({
  type: z
    .enum(namedChannels, {
      error: (issue) => channelError(issue) ?? `must be ${namedChannels.join(', ')}; leave it out for Messenger`,
    })
    .optional()
    // Messenger is understood, and left out on the wire.
    .meta({ enum: channels, description: "The contact's channel; default messenger" }),
  messages: z
    .array(message, needs('content', 'messages'))
    .max(maxMessages, atMost(maxMessages, 'messages'))
    .describe('cards take elements, media url'),
  quick_replies: z.array(quickReply).max(maxQuickReplies, atMost(maxQuickReplies, 'quick replies')).optional(),
  actions,
  external_message_callback: callback
    .meta({ ...asJsonText, description: 'JSON: url, method, headers, payload, timeout in seconds' })
    .optional(),
});

/** Valid message content. */
export type Content = z.output<typeof content>;

/** A message of content. */
export type Message = Content['messages'][number];

/** A button of a message or card. */
export type Button = NonNullable<Extract<Message, { type: 'text' }>['buttons']>[number];

/** What is done to the contact when the message is sent or the button is pressed. */
export type Action = NonNullable<Content['actions']>[number];
