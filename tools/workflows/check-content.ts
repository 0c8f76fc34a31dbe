import * as z from 'zod';
import { asObject, isObject } from '../contract/json.js';
import { workflow } from '../contract/workflow.js';
import { contentWarnings } from '../endpoints/sending.js';
import { contentCapabilities } from '../message/actions.js';
import { channelOf, channels, characterCount } from '../message/channels.js';
import {
  type Action,
  type Button,
  type Content,
  type Message,
  messageData,
  uncheckedMessageData,
} from '../message/content.js';
import { repairTaggedSend } from '../message/repair.js';
import { describeIssue, issueMessage } from '../values/issues.js';

const actionText = (action: Action): string =>
  action.action === 'add_tag' || action.action === 'remove_tag'
    ? `${action.action} ${JSON.stringify(action.tag_name)}`
    : action.action === 'set_field_value'
      ? `set ${JSON.stringify(action.field_name)} to ${JSON.stringify(action.value)}`
      : `unset ${JSON.stringify(action.field_name)}`;

function targetOf(button: Button): string {
  switch (button.type) {
    case 'url':
    case 'dynamic_block_callback':
      return button.url;
    case 'flow':
      return `flow ${button.target}`;
    case 'call':
      return button.phone;
    case 'buy':
      return `buy ${button.product.label} for ${(button.product.cost / 100).toFixed(2)}`;
  }
}

function buttonText(button: Button): string {
  const actions = 'actions' in button ? (button.actions ?? []).map(actionText) : [];
  return `[${[`${button.caption} → ${targetOf(button)}`, ...actions].join('; ')}]`;
}

const indented = (text: string): string => text.replace(/^/gm, '  ');

function messageText(message: Message, index: number): string[] {
  const about = message.type === 'text' ? `text, ${characterCount(message.text)} characters` : message.type;
  const body =
    message.type === 'text'
      ? [message.text]
      : message.type === 'cards'
        ? message.elements.flatMap((card, at) => [
            `Card ${at + 1}: ${card.title}`,
            ...[card.subtitle, card.image_url, card.action_url].filter((each) => each !== undefined).map(indented),
            ...(card.buttons ?? []).map(buttonText).map(indented),
          ])
        : [message.url];
  const buttons = 'buttons' in message ? (message.buttons ?? []).map(buttonText) : [];
  return [`Message ${index + 1} (${about})`, ...[...body, ...buttons].map(indented)];
}

/** How content will look, in plain text. */
export function rendering(content: Content): string {
  const replies = content.quick_replies ?? [];
  const actions = content.actions ?? [];
  return [
    `On ${channelOf(content)}`,
    ...content.messages.flatMap(messageText),
    ...(replies.length === 0 ? [] : [`Quick replies: ${replies.map(buttonText).join(' ')}`]),
    ...(actions.length === 0 ? [] : [`Actions: ${actions.map(actionText).join('; ')}`]),
  ].join('\n');
}

/** Content for a channel that it does not name, given the channel's `type`; Messenger's has none. */
function forChannel(data: unknown, channel: string | undefined): unknown {
  if (channel === undefined || !isObject(data) || !isObject(data.content)) return data;
  const { type: _, ...content } = data.content;
  return { ...data, content: channel === 'messenger' ? content : { type: channel, ...content } };
}

export const checkContent = workflow({
  name: 'manychat_check_content',
  title: 'Check content',
  description:
    'Whether manychat_send_content would take this data, what is wrong or would be mended, and how it will look. Sends nothing, makes no request; tags, fields and flows it names are not looked up.',
  api: 'none',
  effect: 'read',
  input: z.strictObject({
    data: uncheckedMessageData,
    channel: z.enum(channels).optional().describe('Check it for this channel instead of content.type'),
  }),
  output: {
    schema: z.looseObject({
      valid: z.boolean(),
      problems: z.array(z.string()),
      warnings: z.array(z.string()).optional(),
      rendering: z.string().optional(),
      data: z.looseObject({}).optional().describe('As it would be sent, where it was mended'),
    }),
  },
  capabilities: ({ data }) => contentCapabilities(repairTaggedSend({ data }).input),
  example: { data: { version: 'v2', content: { messages: [{ type: 'text', text: 'Hello!' }] } } },
  async run({ data, channel }) {
    const { input, warnings: mended, problem } = repairTaggedSend({ data });
    if (problem !== undefined) return { valid: false, problems: [problem] };
    const { data: repaired, message_tag: tag } = asObject(input);
    const parsed = messageData.safeParse(forChannel(repaired, channel), { error: issueMessage });
    if (!parsed.success) {
      const problems = [
        ...new Set(parsed.error.issues.map((issue) => describeIssue({ ...issue, path: ['data', ...issue.path] }))),
      ];
      return { valid: false, problems, ...(mended.length > 0 && { warnings: mended }) };
    }
    const warnings = [...mended, ...contentWarnings(parsed.data.content, tag)];
    return {
      valid: true,
      problems: [],
      ...(warnings.length > 0 && { warnings }),
      rendering: rendering(parsed.data.content),
      ...((mended.length > 0 || channel !== undefined) && { data: parsed.data }),
    };
  },
});
