import * as z from 'zod';
import { workflow } from '../../contract/workflow.js';
import { subscriberId } from '../../values/inputs.js';

export const forgetMessages = workflow({
  name: 'manychat_forget_messages',
  title: 'Forget messages',
  description: 'Erases what is kept here of one contact: its messages and what was sent to it. ManyChat keeps its own.',
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
