import * as z from 'zod';
import { clipped } from '../contract/quoted.js';
import { text } from '../values/inputs.js';
import { channelProblems, placeholderIn } from './channel-rules.js';
import {
  type Channel,
  channelChoices,
  channelError,
  maxButtons,
  maxMessages,
  maxQuickReplies,
  maxTextLength,
} from './channels.js';
import { type Button, type Content, webAddress } from './content.js';
import { splitText } from './split-text.js';

const labelText = text('Label');
const flowNs = text('ns from manychat_list_flows');

/** The inputs of a plain message, shared by the tools that send one. */
export const plainMessage = {
  text: text('A long one is split into several messages'),
  channel: z
    .enum(channelChoices, { error: channelError })
    .default('auto')
    .describe('Default auto: WhatsApp or Instagram if on record, else Messenger; Telegram must be named'),
  buttons: z
    .array(
      z
        .strictObject({ caption: labelText, url: webAddress('a button').optional(), flow_ns: flowNs.optional() })
        .refine(({ url, flow_ns }) => (url === undefined) !== (flow_ns === undefined), {
          message: 'a button needs exactly one of `url` and `flow_ns`',
        }),
    )
    .max(maxButtons, { error: `takes at most ${maxButtons} buttons` })
    .optional()
    .describe('Up to 3 below the text, each with either url or flow_ns'),
  quick_replies: z
    .array(z.strictObject({ caption: labelText, flow_ns: flowNs }))
    .max(maxQuickReplies, { error: `takes at most ${maxQuickReplies} quick replies` })
    .optional()
    .describe('Up to 11; Messenger and Instagram only'),
};

/** A valid plain message. */
export type PlainMessage = z.output<z.ZodObject<typeof plainMessage>>;

/** The channel by whose rules a message is checked before its contact is known. */
const assumedChannel = (choice: PlainMessage['channel']): Channel => (choice === 'auto' ? 'messenger' : choice);

/** The text in parts that its channel accepts, or why it cannot be split. */
const textParts = ({ text, channel }: Pick<PlainMessage, 'text' | 'channel'>) =>
  splitText(text.trimEnd(), maxTextLength[assumedChannel(channel)], maxMessages);

const flowButton = ({ caption, flow_ns }: { caption: string; flow_ns?: string | undefined }) =>
  ({ type: 'flow', caption, target: flow_ns ?? '' }) as const;

const buttonOf = ({ url, ...button }: NonNullable<PlainMessage['buttons']>[number]): Button =>
  url === undefined ? flowButton(button) : { type: 'url', caption: button.caption, url };

/** The content of a plain message, for Messenger if its channel is to be found: its text in parts, with the buttons below the last part. */
export function contentOf({ buttons, quick_replies, ...message }: PlainMessage): Content {
  const split = textParts(message);
  const channel = assumedChannel(message.channel);
  const parts = 'problem' in split ? [message.text] : split.parts;
  const rows = buttons === undefined || buttons.length === 0 ? undefined : buttons.map(buttonOf);
  return {
    ...(channel !== 'messenger' && { type: channel }),
    messages: parts.map((part, index) => ({
      type: 'text',
      text: part,
      ...(index === parts.length - 1 && rows !== undefined && { buttons: rows }),
    })),
    ...(quick_replies !== undefined && quick_replies.length > 0 && { quick_replies: quick_replies.map(flowButton) }),
  };
}

/** Why a plain message cannot be sent, with the path of the argument. */
export function* plainMessageProblems(
  message: PlainMessage,
): Generator<{ path: readonly (string | number)[]; problem: string }> {
  const placeholder = placeholderIn(message.text);
  if (placeholder !== undefined) {
    const problem = `holds ${clipped(placeholder)}, which only flows fill in: write the actual words, or set a field and start a flow that shows it (manychat_set_fields_and_send_flow)`;
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
