import type { TargetedKeyboardEvent, TargetedSubmitEvent } from 'preact';
import { Icon } from '../parts/icon.js';
import { channelNames, Foreign } from '../parts/labels.js';
import { ErrorText } from '../parts/states.js';
import { useCell, useInbox, usePlace } from '../parts/use-inbox.js';
import type { Contact } from '../server/shapes.js';
import type { Draft } from '../state/drafts.js';

const kinds: readonly { readonly kind: Draft['kind']; readonly label: string; readonly input: string }[] = [
  { kind: 'text', label: 'Text', input: 'Message' },
  { kind: 'image', label: 'Picture', input: 'Address of a picture' },
  { kind: 'audio', label: 'Voice', input: 'Address of a voice message' },
];

/** Writes as a contact. What is typed stays until the sandbox has it. */
export function Composer({ contact }: { contact: Contact }) {
  const inbox = useInbox();
  const { id, channels } = contact;
  const composition = inbox.drafts.of(usePlace().page, id);
  const { draft, isSending, error } = useCell(composition);
  const { change } = composition;
  const usual = draft.channel ?? contact.last?.channel;
  const known = channels.find((each) => each === usual) ?? channels[0];
  const send = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (composition.get().draft.content.trim() === '') return;
    await composition.send((sent) => inbox.write(id, { ...sent, channel: known }));
  };
  const sendOnEnter = (event: TargetedKeyboardEvent<HTMLTextAreaElement>): void => {
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
    void send(event);
  };
  const input = kinds.find(({ kind }) => kind === draft.kind)?.input ?? 'Message';
  if (known === undefined) return <p class="composer-none">This contact is on no channel, so it cannot write.</p>;
  return (
    <form
      class="composer"
      aria-label="Write as the contact"
      onSubmit={(event: TargetedSubmitEvent<HTMLFormElement>) => void send(event)}
    >
      <div class="composer-head">
        <p class="composer-as">
          Write as <Foreign text={contact.name || id} as="strong" />
        </p>
        <fieldset class="segments">
          <legend class="only-read">Kind of message</legend>
          {kinds.map(({ kind, label }) => (
            <label key={kind}>
              <input type="radio" name="kind" checked={draft.kind === kind} onChange={() => change({ kind })} />
              <span>{label}</span>
            </label>
          ))}
        </fieldset>
        {channels.length > 1 && (
          <label class="composer-channel">
            <span class="only-read">Channel</span>
            <select value={known} onChange={({ currentTarget }) => change({ channel: currentTarget.value })}>
              {channels.map((channel) => (
                <option key={channel} value={channel}>
                  {channelNames[channel]}
                </option>
              ))}
            </select>
          </label>
        )}
      </div>
      <ErrorText text={error} />
      <div class="composer-row">
        {draft.kind === 'text' ? (
          <textarea
            class="composer-input"
            aria-label={input}
            rows={2}
            dir="auto"
            placeholder={input}
            value={draft.content}
            onInput={({ currentTarget }) => change({ content: currentTarget.value })}
            onKeyDown={sendOnEnter}
          />
        ) : (
          <input
            class="composer-input"
            aria-label={input}
            type="text"
            inputMode="url"
            placeholder="https://…"
            spellcheck={false}
            value={draft.content}
            onInput={({ currentTarget }) => change({ content: currentTarget.value })}
          />
        )}
        <button type="submit" class="button primary" aria-disabled={isSending}>
          <Icon name="send" />
          {isSending ? 'Sending…' : 'Send'}
        </button>
      </div>
    </form>
  );
}
