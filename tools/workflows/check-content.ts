import * as z from 'zod';
import { asObject, isObject } from '../contract/json.js';
import { workflow } from '../contract/workflow.js';
import { contentCapabilities } from '../message/actions.js';
import { contentWarnings } from '../message/channel-rules.js';
import { channelError, channels } from '../message/channels.js';
import { messageData, messageDataBrief, uncheckedMessageData } from '../message/message-data.js';
import { renderContent } from '../message/preview.js';
import { repairMessage } from '../message/repair.js';
import { describeIssue, issueMessage, ownIssues } from '../values/issues.js';

const repairData = repairMessage({ data: messageDataBrief, takesTag: true });

/** Data with the content's `type` set to a channel; content for Messenger has no type. */
function forChannel(data: unknown, channel: string | undefined): unknown {
  if (channel === undefined || !isObject(data) || !isObject(data.content)) return data;
  const { type: _, ...content } = data.content;
  return { ...data, content: channel === 'messenger' ? content : { type: channel, ...content } };
}

/** Characters of the data and its rendering, as JSON, up to which a result holds both. */
const maxShownLength = 8_000;

const dataNotShown =
  'The data as it would be sent is too long to be shown: pass yours to manychat_send_content, which corrects it in the same way; for another channel, set content.type.';

export const checkContent = workflow({
  name: 'manychat_check_content',
  title: 'Check content',
  description:
    'Whether manychat_send_content would accept this data, what is wrong or would be corrected, and how it will look. Sends nothing, makes no request; tags, fields and flows it names are not looked up.',
  api: 'none',
  effect: 'read',
  input: z.strictObject({
    data: uncheckedMessageData,
    channel: z
      .enum(channels, { error: channelError })
      .optional()
      .describe('Check it for this channel instead of content.type'),
  }),
  output: {
    schema: z.looseObject({
      valid: z.boolean(),
      problems: z.array(z.string()),
      warnings: z.array(z.string()).optional(),
      rendering: z.string().optional(),
      data: z.looseObject({}).optional().describe('As it would be sent, if it was corrected'),
    }),
  },
  capabilities: ({ data }) => contentCapabilities(repairData({ data }).input),
  example: { data: '{"version":"v2","content":{"messages":[{"type":"text","text":"Hello!"}]}}' },
  async run({ data, channel }) {
    const { input, warnings: corrections, problem } = repairData({ data });
    if (problem !== undefined) return { valid: false, problems: [problem] };
    const { data: repaired, message_tag: tag } = asObject(input);
    const parsed = messageData.safeParse(forChannel(repaired, channel), { error: issueMessage });
    if (!parsed.success) {
      const problems = [
        ...new Set(
          ownIssues(parsed.error.issues).map((issue) => describeIssue({ ...issue, path: ['data', ...issue.path] })),
        ),
      ];
      return { valid: false, problems, ...(corrections.length > 0 && { warnings: corrections }) };
    }
    const warnings = [...corrections, ...contentWarnings(parsed.data.content, tag)];
    const rendering = renderContent(parsed.data.content);
    const isChanged = corrections.length > 0 || channel !== undefined;
    // Data that was cut could be sent as it is, so it is shown as a whole or not at all.
    const isShown = isChanged && JSON.stringify([parsed.data, rendering]).length <= maxShownLength;
    if (isChanged && !isShown) warnings.push(dataNotShown);
    return {
      valid: true,
      problems: [],
      ...(warnings.length > 0 && { warnings }),
      rendering,
      ...(isShown && { data: parsed.data }),
    };
  },
});
