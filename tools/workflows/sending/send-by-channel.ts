import { CallError, reasonIn } from '../../contract/failure.js';
import { asObject, type Result } from '../../contract/json.js';
import type { OneForm, RecordedChannel, Step, Steps } from '../../contract/workflow.js';
import { sendContent } from '../../endpoints/sending.js';
import { getSubscriber } from '../../endpoints/subscribers.js';
import { contentWarnings } from '../../message/channel-rules.js';
import { type Channel, channels } from '../../message/channels.js';
import { contentOf, type PlainMessage, plainMessageProblems } from '../../message/plain-message.js';
import { explainedByContact, reachability, recordedChannels } from '../../message/window.js';

/** After this many refusals for the channel, a job reads its contacts before it sends. */
const refusalsUntilRead = 3;

/** ManyChat's codes for content that cannot be sent through a channel. */
const isChannelRefusal = ({ failure: { code = 0, performed, source } }: CallError): boolean =>
  code >= 3040 && code <= 3049 && performed === 'no' && source === 'manychat';

/** Why a message cannot be sent on a channel; undefined if it can. */
function problemOn(channel: Channel, message: PlainMessage): string | undefined {
  for (const { path, problem } of plainMessageProblems({ ...message, channel })) return `${path.join('.')}: ${problem}`;
  return undefined;
}

/** The failure of a message that fits none of the channels on record for its contact. */
const doesNotFit = (recorded: readonly RecordedChannel[], problem: string): CallError =>
  new CallError(
    {
      kind: 'invalid_content',
      message: problem,
      hint: `Nothing was sent. ManyChat has ${recorded.join(' and ')} on record for the contact, so the message must fit there, or name another channel.`,
      retryable: false,
      performed: 'no',
      source: 'client',
    },
    'refused',
  );

/** The channel to send on first; undefined if channels are on record and the message fits none of them. */
const firstOf = (recorded: readonly RecordedChannel[], message: PlainMessage): Channel | undefined =>
  recorded.length === 0 ? 'messenger' : recorded.find((channel) => problemOn(channel, message) === undefined);

/** The channel to send on after `refused` was refused: one on record, else that of content without a type. */
const secondOf = (
  recorded: readonly RecordedChannel[],
  refused: Channel,
  message: PlainMessage,
): Channel | undefined => {
  const others: readonly Channel[] = [...recorded, 'messenger'];
  return others.find((channel) => channel !== refused && problemOn(channel, message) === undefined);
};

/** A send that found its channel. */
export type ChannelSend = OneForm & { readonly channel: Channel | undefined };

/**
 * Sends a plain message on the channel that is on record for its contact: WhatsApp, else Instagram. Messenger and
 * Telegram leave no trace, so without a record it is sent on Messenger. Only if ManyChat refuses the channel, it is sent
 * once more on another one.
 *
 * The contact is read at most once: before the first send, or in a job only after its channel was refused. After three
 * such refusals the job reads contacts first.
 * @throws CallError
 */
export async function sendByChannel(
  subscriber_id: unknown,
  message: PlainMessage,
  oneOfMany: boolean,
  { call, inOneForm, channelsOf, job, now }: Steps,
): Promise<ChannelSend> {
  let contact: Result | undefined;
  async function read(): Promise<RecordedChannel[]> {
    const step = { what: 'read the contact', endpoint: getSubscriber, input: { subscriber_id }, quiet: true };
    contact ??= asObject((await call(step)).subscriber);
    return recordedChannels(contact);
  }

  /** The failure with what the contact's data says about it, and with the refusal on the first channel. */
  async function explained(error: CallError, first: Channel | undefined, earlier?: CallError): Promise<CallError> {
    const { failure } = error;
    const isExplained =
      error.outcome === 'refused' && failure.source === 'manychat' && explainedByContact.has(failure.kind);
    if (isExplained && !oneOfMany) await read().catch(() => undefined);
    const details = [
      ...(failure.details ?? []),
      ...(earlier === undefined ? [] : [`First refused on ${first}: ${reasonIn(earlier.failure)}.`]),
      ...(isExplained && contact !== undefined ? reachability(contact, now(), failure.kind) : []),
    ];
    return details.length === 0 ? error : error.with({ ...failure, details });
  }

  const formOf = (channel: Channel): Step => ({
    what: 'send the text',
    endpoint: sendContent,
    input: { subscriber_id, data: { version: 'v2', content: contentOf({ ...message, channel }) } },
    quiet: true,
  });
  const forms = new Map(channels.map((channel) => [channel, formOf(channel)]));
  const { channel: choice, ...data } = message;
  const asked: Step = {
    what: 'send the text',
    endpoint: sendContent,
    input: { subscriber_id, channel: choice, data },
    quiet: oneOfMany,
  };

  const sent = await inOneForm(asked, [...forms.values()], async (perform) => {
    const on = async (channel: Channel) => {
      const result = await perform(forms.get(channel) ?? formOf(channel));
      return { result: { ...result, channel }, data: { channel } };
    };
    let recorded = channelsOf(subscriber_id);
    if (recorded === undefined && (!oneOfMany || job.channelRefusals >= refusalsUntilRead)) recorded = await read();
    const first = firstOf(recorded ?? [], message);
    if (first === undefined) {
      const [own = 'whatsapp'] = recorded ?? [];
      throw doesNotFit(recorded ?? [], problemOn(own, message) ?? '');
    }
    try {
      return await on(first);
    } catch (error) {
      if (!(error instanceof CallError)) throw error;
      if (!isChannelRefusal(error)) throw await explained(error, first);
      job.channelRefusals += 1;
      // The channels that were known may be known no longer.
      const current = await read().catch(() => recorded ?? []);
      const second = secondOf(current, first, message);
      if (second === undefined) throw await explained(error, first);
      try {
        return await on(second);
      } catch (last) {
        throw last instanceof CallError ? await explained(last, first, error) : last;
      }
    }
  });
  if (sent.outcome === 'done') return { ...sent, channel: channels.find((each) => each === sent.result.channel) };
  const { channel } = asObject(sent.data);
  const known = channels.find((each) => each === channel || forms.get(each) === sent.form);
  return { ...sent, channel: known };
}

/** What may go wrong with a message on the channel that was found for it. */
export const channelWarnings = (message: PlainMessage, channel: Channel | undefined): string[] =>
  channel === undefined || channel === 'messenger' ? [] : contentWarnings(contentOf({ ...message, channel }));
