import * as z from 'zod';
import { clipped } from '../contract/quoted.js';
import { text } from '../values/inputs.js';
import { channelProblems, placeholderIn } from './channel-rules.js';
import { type Channel, channels, maxTextLength } from './channels.js';
import { type Button, type Content, maxButtons, maxMessages, maxQuickReplies, webAddress } from './content.js';
import { splitText } from './split-text.js';

const caption = text('Label');
const flow = text('ns from manychat_list_flows');

/** What a plain message is made of, shared by the tools that send one. */
export const plainMessage = {
  text: text('A long one is split into several messages'),
  channel: z
    .enum(channels)
    .default('messenger')
    .describe('Where the contact writes; manychat_get_messaging_status shows Instagram and WhatsApp'),
  buttons: z
    .array(
      z
        .strictObject({ caption, url: webAddress('a button').optional(), flow_ns: flow.optional() })
        .refine(({ url, flow_ns }) => (url === undefined) !== (flow_ns === undefined), {
          message: 'a button needs exactly one of `url` and `flow_ns`',
        }),
    )
    .max(maxButtons, { error: `takes ${maxButtons} buttons at the most` })
    .optional()
    .describe('Below the text, each with either url or flow_ns'),
  quick_replies: z
    .array(z.strictObject({ caption, flow_ns: flow }))
    .max(maxQuickReplies, { error: `takes ${maxQuickReplies} quick replies at the most` })
    .optional()
    .describe('Messenger and Instagram only'),
};

/** A plain message, checked. */
export type PlainMessage = z.output<z.ZodObject<typeof plainMessage>>;

/** The parts of a message's text, or what keeps it from being sent. */
const textParts = ({ text: whole, channel }: { text: string; channel: Channel }) =>
  splitText(whole.trimEnd(), maxTextLength[channel], maxMessages);

const flowButton = (given: { caption: string; flow_ns?: string | undefined }) =>
  ({ type: 'flow', caption: given.caption, target: given.flow_ns ?? '' }) as const;

const buttonOf = ({ url, ...given }: NonNullable<PlainMessage['buttons']>[number]): Button =>
  url === undefined ? flowButton(given) : { type: 'url', caption: given.caption, url };

/** The content of a plain message: its text in parts, the buttons below the last one. */
export function contentOf({ buttons, quick_replies, ...message }: PlainMessage): Content {
  const split = textParts(message);
  const parts = 'problem' in split ? [message.text] : split.parts;
  const rows = buttons === undefined || buttons.length === 0 ? undefined : buttons.map(buttonOf);
  return {
    ...(message.channel !== 'messenger' && { type: message.channel }),
    messages: parts.map((part, index) => ({
      type: 'text',
      text: part,
      ...(index === parts.length - 1 && rows !== undefined && { buttons: rows }),
    })),
    ...(quick_replies !== undefined && quick_replies.length > 0 && { quick_replies: quick_replies.map(flowButton) }),
  };
}

/** What keeps a plain message from being sent, each with the argument it lies in. */
export function* plainMessageProblems(
  message: PlainMessage,
): Generator<{ path: readonly (string | number)[]; problem: string }> {
  const placeholder = placeholderIn(message.text);
  if (placeholder !== undefined) {
    const problem = `holds ${clipped(placeholder)}, which only flows fill in: write the words themselves, or put them into a field and start a flow that shows it (manychat_set_fields_and_send_flow)`;
    yield { path: ['text'], problem };
  }
  const split = textParts(message);
  if ('problem' in split) {
    yield { path: ['text'], problem: split.problem };
    return;
  }
  for (const { path, problem } of channelProblems(contentOf(message))) {
    yield { path: path[0] === 'messages' ? path.slice(2) : path, problem };
  }
}
