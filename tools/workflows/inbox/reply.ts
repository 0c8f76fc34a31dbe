import * as z from 'zod';
import type { Result } from '../../contract/json.js';
import { workflow } from '../../contract/workflow.js';
import { contentCapabilities } from '../../message/actions.js';
import { messageDataBrief } from '../../message/message-data.js';
import { plainMessageProblems } from '../../message/plain-message.js';
import { repairMessage } from '../../message/repair.js';
import { text } from '../../values/inputs.js';
import { addIssue } from '../../values/issues.js';
import { refusedAnswer, unknownAnswer } from './refusals.js';
import { sendLate } from './send-late.js';

const inResponse = {
  answered: 'in the response',
  status: 'written in the response that ManyChat waited for; it does not tell whether it arrived',
};

const asDraft = { answered: 'draft', status: 'nothing was sent: a person approves or rejects this draft' };

const before = { answered: 'before', status: 'the message has this answer already; not answered again' };

export const reply = workflow({
  name: 'manychat_reply',
  title: 'Reply',
  description:
    'Answers a message of manychat_wait_for_messages once, with text or data: in the response that ManyChat waits for, else sent as by manychat_send_content, with its 24-hour window; answered says which. Another answer to it is refused: write on with manychat_send_text. Never repeat an unknown outcome.',
  api: 'inbox',
  effect: 'send',
  purposes: ['reply'],
  verifyWith: ['manychat_list_messages'],
  view: 'message-preview',
  input: z
    .strictObject({
      message_id: text('From the message'),
      text: text('Instead of data').optional(),
      data: messageDataBrief.optional(),
    })
    .check((context) => {
      const { text: words, data } = context.value;
      if ((words === undefined) === (data === undefined))
        addIssue(context, ['text'], 'give exactly one of text and data');
      if (words === undefined) return;
      for (const { path, problem } of plainMessageProblems({ text: words, channel: 'auto' }))
        addIssue(context, path, problem);
    }),
  output: {
    schema: z.looseObject({
      ok: z.literal(true),
      answered: z.string().describe('in the response, sent, by template, draft, before'),
      status: z.string().optional(),
      warnings: z.array(z.string()).optional(),
    }),
  },
  repair: repairMessage({ data: messageDataBrief }),
  capabilities: ({ data }) => (data === undefined ? [] : contentCapabilities(data)),
  question: () => 'Answer this message',
  example: { message_id: 'm1', text: 'Yes, we are open until 18:00.' },
  async run({ message_id, text: words, data }, steps): Promise<Result> {
    const answer = words === undefined ? { data: { ...data } } : { text: words };
    const claim = await steps.inbox.answer(message_id.trim(), answer);
    switch (claim.state) {
      case 'written':
        return { ok: true, ...inResponse };
      case 'draft':
        return { ok: true, ...asDraft };
      case 'none':
        return { dry_run: true, requests: [] };
      case 'unknown':
        throw unknownAnswer();
      case 'late':
        return { ok: true, ...(await sendLate(claim, answer, steps)) };
      case 'refused':
        if (claim.same) return { ok: true, ...before };
        throw refusedAnswer(claim);
    }
  },
});
