import * as z from 'zod';
import { workflow } from '../../contract/workflow.js';
import { subscriberId } from '../../values/inputs.js';

export const forgetMessages = workflow({
  name: 'manychat_forget_messages',
  title: 'Forget messages',
  description:
    'Erases for good what this server keeps of one contact, unanswered messages too, e.g. if it asks to be forgotten. ManyChat keeps its own. Not to finish messages: done of manychat_wait_for_messages.',
  api: 'inbox',
  effect: 'destroy',
  purposes: ['forget_messages'],
  verifyWith: ['manychat_list_messages'],
  input: z.strictObject({ subscriber_id: subscriberId }),
  output: { schema: z.looseObject({ ok: z.literal(true), erased: z.int() }) },
  question: ({ subscriber_id }, { contact }) => `Erase the messages of ${contact(subscriber_id)} that are kept here`,
  example: { subscriber_id: '24958501110451908' },
  async run({ subscriber_id }, { inbox }) {
    const erased = await inbox.forget(String(subscriber_id));
    return erased === undefined ? { dry_run: true, requests: [] } : { ok: true, erased };
  },
});
