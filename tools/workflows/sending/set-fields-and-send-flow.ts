import * as z from 'zod';
import { toList } from '../../contract/json.js';
import { namesInRecord } from '../../contract/reference.js';
import { workflow } from '../../contract/workflow.js';
import { sendFlow } from '../../endpoints/sending.js';
import { fieldRecord, flowNs, subscriberId } from '../../values/inputs.js';
import { fieldsAndFlowSentResult } from '../../values/outputs.js';
import { stepsToSet, stepToStart } from '../for-each/action.js';

export const setFieldsAndSendFlow = workflow({
  name: 'manychat_set_fields_and_send_flow',
  title: 'Set fields and send flow',
  description:
    "Sets custom fields of one contact, then starts a flow that shows them: the way to send a flow, or a WhatsApp template, with one contact's own texts. Which fields a flow shows is not visible: ask. The flow is not started if a field could not be set. ok means accepted, not delivered. Never repeat an unknown outcome.",
  api: 'manychat',
  effect: 'send',
  purposes: ['start_flow'],
  verifyWith: ['manychat_get_subscriber'],
  view: 'message-preview',
  input: z.strictObject({
    subscriber_id: subscriberId,
    fields: fieldRecord,
    flow_ns: flowNs,
  }),
  output: fieldsAndFlowSentResult,
  mapNames: namesInRecord,
  capabilities: () => ['set_field', 'start_flow'],
  question: ({ subscriber_id, flow_ns }, { contact, flow }) =>
    `Set these fields of ${contact(subscriber_id)} and start ${flow(flow_ns)}`,
  example: {
    subscriber_id: '24958501110451908',
    fields: [{ field_name: 'reply_text', field_value: 'Your order has shipped!' }],
    flow_ns: 'content20240311101502_501223',
  },
  async run({ subscriber_id, fields, flow_ns }, { inOrder, name }) {
    const did = await inOrder([...stepsToSet(subscriber_id, fields), stepToStart(subscriber_id, flow_ns, fields)]);
    if (did.outcome === 'done before') {
      const known = { name, valueBefore: () => undefined, repeated: true };
      return { ok: true, ...sendFlow.echo?.({ subscriber_id, flow_ns }, known) };
    }
    const { warnings: _, ...sent } = did.results.at(-1) ?? {};
    return { ...sent, fields: did.results.flatMap((result) => toList(result.fields) ?? []) };
  },
});
