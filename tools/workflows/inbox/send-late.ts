import { CallError } from '../../contract/failure.js';
import type { Answer, AnswerClaim, HistoryEntry } from '../../contract/inbox.js';
import { asObject, type Result } from '../../contract/json.js';
import type { Step, Steps } from '../../contract/workflow.js';
import { sendContent } from '../../endpoints/sending.js';
import { type Channel, channels } from '../../message/channels.js';
import { messageData } from '../../message/message-data.js';
import { contentOf } from '../../message/plain-message.js';
import { describeIssue, issueMessage, ownIssues } from '../../values/issues.js';
import { stepsToSet, stepToStart } from '../for-each/action.js';
import { sendByChannel } from '../sending/send-by-channel.js';

type LateClaim = Extract<AnswerClaim, { readonly state: 'late' }>;

const channelOf = ({ channel }: HistoryEntry): Channel | undefined => channels.find((each) => each === channel);

/** The data of an answer for the channel of its message, whose type it has unless it names one. */
function dataFor(data: Result, channel: Channel | undefined): Result {
  const content = asObject(data.content);
  if (content.type !== undefined || channel === undefined || channel === 'messenger') return data;
  const typed = { ...data, content: { ...content, type: channel } };
  const parsed = messageData.safeParse(typed, { error: issueMessage });
  if (parsed.success) return typed;
  const [first] = ownIssues(parsed.error.issues);
  throw new CallError(
    {
      kind: 'invalid_content',
      message:
        first === undefined
          ? `data does not fit ${channel}`
          : describeIssue({ ...first, path: ['data', ...first.path] }),
      hint: `Nothing was sent. The contact wrote on ${channel}: make the content fit there, and answer again.`,
      retryable: false,
      performed: 'no',
      source: 'client',
    },
    'refused',
  );
}

/** Runs steps of which the last sends; the result says if the same was sent before. */
async function sendSteps(steps: readonly Step[], { inOrder }: Steps): Promise<Result> {
  const did = await inOrder(steps);
  if (did.outcome === 'done before') return { status: 'accepted before; not sent again' };
  const { ok: _, warnings: __, fields: ___, ...sent } = did.results.at(-1) ?? {};
  return sent;
}

/** Sends a text on a channel that is to be found. */
async function sendText(contact: string, text: string, steps: Steps): Promise<Result> {
  const sent = await sendByChannel(contact, { text, channel: 'auto' }, false, steps);
  if (sent.outcome === 'done before') return { channel: sent.channel, status: 'accepted before; not sent again' };
  const { ok: _, warnings: __, ...result } = sent.result;
  return result;
}

async function send({ message, fill }: LateClaim, answer: Answer, steps: Steps): Promise<Result> {
  const { contact } = message;
  const channel = channelOf(message);
  if ('text' in answer && channel === undefined) return sendText(contact, answer.text, steps);
  const data =
    'text' in answer
      ? { version: 'v2', content: contentOf({ text: answer.text, channel: channel ?? 'messenger' }) }
      : fill(dataFor(answer.data, channel));
  return sendSteps(
    [{ what: 'send the answer', endpoint: sendContent, input: { subscriber_id: contact, data } }],
    steps,
  );
}

const isOnWhatsapp = (message: HistoryEntry, { channelsOf }: Steps): boolean =>
  message.channel === 'whatsapp' ||
  (message.channel === undefined && channelsOf(message.contact)?.includes('whatsapp') === true);

/** Sends an answer, past the window of WhatsApp by the template that is configured. */
async function sendOrTemplate(claim: LateClaim, answer: Answer, steps: Steps): Promise<Result> {
  const { message } = claim;
  try {
    return { answered: 'sent', ...(await send(claim, answer, steps)) };
  } catch (error) {
    const { template } = steps.inbox;
    const isClosed =
      error instanceof CallError && error.failure.kind === 'window_closed' && error.failure.performed === 'no';
    if (!isClosed || template === undefined || !('text' in answer) || !isOnWhatsapp(message, steps)) throw error;
    const fields = { [template.field]: answer.text };
    const { contact } = message;
    const sent = await sendSteps([...stepsToSet(contact, fields), stepToStart(contact, template.flow, fields)], steps);
    return { answered: 'by template', ...sent };
  }
}

/** The failure with a hint that fits: a reply names no connection. */
const explained = (error: unknown): unknown =>
  error instanceof CallError && error.failure.kind === 'ambiguous_connection'
    ? error.with({
        ...error.failure,
        hint: 'Nothing was sent. Tell the person who runs this server: an account whose contacts are answered needs one connection that is set for it.',
      })
    : error;

const outcomeOf = (error: unknown): 'sent' | 'unknown' | 'not sent' => {
  if (!(error instanceof CallError)) return 'unknown';
  const { performed } = error.failure;
  return performed === 'no' ? 'not sent' : performed === 'yes' ? 'sent' : 'unknown';
};

/**
 * Sends the answer to a message that is claimed for it, and settles the claim.
 * @throws CallError
 */
export async function sendLate(claim: LateClaim, answer: Answer, steps: Steps): Promise<Result> {
  try {
    const result = await sendOrTemplate(claim, answer, steps);
    await claim.settle('sent');
    return result;
  } catch (error) {
    await claim.settle(outcomeOf(error));
    throw explained(error);
  }
}
