import * as z from 'zod';
import { asObject, isObject } from '../contract/json.js';
import { workflow } from '../contract/workflow.js';
import { contentCapabilities } from '../message/actions.js';
import { contentWarnings } from '../message/channel-rules.js';
import { type Channel, channelChoices, channelError, namedChannels } from '../message/channels.js';
import { messageData, messageDataBrief, uncheckedMessageData } from '../message/message-data.js';
import { renderContent } from '../message/preview.js';
import { repairMessage } from '../message/repair.js';
import { describeIssue, issueMessage, ownIssues } from '../values/issues.js';

const repairData = repairMessage({ data: messageDataBrief, takesTag: true });

/** Data with the content's `type` set to a channel; content for Messenger has no type. */
function forChannel(data: unknown, channel: Channel | undefined): unknown {
  if (channel === undefined || !isObject(data) || !isObject(data.content)) return data;
  const { type: _, ...content } = data.content;
  return { ...data, content: channel === 'messenger' ? content : { type: channel, ...content } };
}

const describeAll = (issues: readonly z.core.$ZodIssue[]): string[] => [
  ...new Set(ownIssues(issues).map((issue) => describeIssue({ ...issue, path: ['data', ...issue.path] }))),
];

/** The channels that content without a type fits beside Messenger, and what is wrong for the others. */
function otherChannels(data: unknown): { readonly channels: Channel[]; readonly elsewhere: string[] } {
  const channels: Channel[] = ['messenger'];
  const elsewhere: string[] = [];
  for (const channel of namedChannels) {
    const parsed = messageData.safeParse(forChannel(data, channel), { error: issueMessage });
    if (parsed.success) channels.push(channel);
    else elsewhere.push(`${channel}: ${describeAll(parsed.error.issues).join('; ')}`);
  }
  return { channels, elsewhere };
}

/** Characters of the data and its rendering, as JSON, up to which a result holds both. */
const maxShownLength = 8_000;

const dataNotShown =
  'The data as it would be sent is too long to be shown: pass yours to manychat_send_content, which corrects it in the same way; for another channel, set content.type.';

export const checkContent = workflow({
  name: 'manychat_check_content',
  title: 'Check content',
  description:
    'Checks data for manychat_send_content without sending it: what is wrong or would be corrected, and how it will look. Makes no request: the 24-hour window and the tags, fields and flows it names are not checked.',
  api: 'none',
  effect: 'read',
  view: 'message-preview',
  input: z.strictObject({
    data: uncheckedMessageData,
    channel: z
      .enum(channelChoices, { error: channelError })
      .default('auto')
      .describe('Overrides content.type; default auto: that type, or all channels if there is none'),
  }),
  output: {
    schema: z.looseObject({
      valid: z.boolean(),
      problems: z.array(z.string()),
      channels: z.array(z.string()).optional().describe('Those that content without a type fits'),
      elsewhere: z.array(z.string()).optional().describe('What is wrong on the other channels'),
      warnings: z.array(z.string()).optional(),
      rendering: z.string().optional(),
      data: z.looseObject({}).optional().describe('As it would be sent, if it was corrected'),
    }),
  },
  capabilities: ({ data }) => contentCapabilities(repairData({ data }).input),
  example: { data: '{"version":"v2","content":{"messages":[{"type":"text","text":"Hello!"}]}}' },
  async run({ data, channel: choice }) {
    const channel = choice === 'auto' ? undefined : choice;
    const { input, warnings: corrections, problem } = repairData({ data });
    if (problem !== undefined) return { valid: false, problems: [problem] };
    const { data: repaired, message_tag: tag } = asObject(input);
    const parsed = messageData.safeParse(forChannel(repaired, channel), { error: issueMessage });
    if (!parsed.success) {
      const problems = describeAll(parsed.error.issues);
      return { valid: false, problems, ...(corrections.length > 0 && { warnings: corrections }) };
    }
    const warnings = [...corrections, ...contentWarnings(parsed.data.content, tag)];
    const rendering = renderContent(parsed.data.content);
    const isChanged = corrections.length > 0 || channel !== undefined;
    // Data that was cut could be sent as it is, so it is shown as a whole or not at all.
    const isShown = isChanged && JSON.stringify([parsed.data, rendering]).length <= maxShownLength;
    if (isChanged && !isShown) warnings.push(dataNotShown);
    const isOpen = channel === undefined && parsed.data.content.type === undefined;
    const { channels, elsewhere } = isOpen ? otherChannels(repaired) : { channels: [], elsewhere: [] };
    return {
      valid: true,
      problems: [],
      ...(isOpen && { channels }),
      ...(elsewhere.length > 0 && { elsewhere }),
      ...(warnings.length > 0 && { warnings }),
      rendering,
      ...(isShown && { data: parsed.data }),
    };
  },
});
