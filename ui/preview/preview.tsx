import './preview.css';
import { useOpener } from '../apps/opener.js';
import type { ViewProps } from '../apps/start.js';
import { safeLink } from '../message-view/links.js';
import { MessageView } from '../message-view/message-view.js';
import { LinkView } from '../message-view/pieces.js';
import type { Drawing, Fact } from './arguments.js';
import type { Outcome, Tone } from './outcome.js';
import { previewOf } from './preview-model.js';

const marks: Readonly<Record<Tone, string>> = {
  draft: '○',
  sent: '✓',
  refused: '✕',
  unknown: '?',
  done: '●',
  plain: '',
};

function Facts({ facts }: { readonly facts: readonly Fact[] }) {
  if (facts.length === 0) return null;
  return (
    <dl class="facts">
      {facts.map(({ label, value }) => (
        <>
          <dt>{label}</dt>
          <dd>
            <bdi>{value}</bdi>
          </dd>
        </>
      ))}
    </dl>
  );
}

interface DrawnProps extends Pick<Drawing, 'to' | 'channel'> {
  readonly drawing: Drawing;
  readonly isPartial: boolean;
  readonly onLink: ((href: string) => void) | undefined;
}

function Drawn({ drawing, isPartial, onLink }: DrawnProps) {
  const { to, content, channel, splitTexts } = drawing;
  return (
    <section class="drawing" aria-label={to === undefined ? 'Message' : `Message to ${to}`}>
      {to !== undefined && (
        <h2>
          To <bdi>{to}</bdi>
        </h2>
      )}
      <MessageView
        content={content}
        splitTexts={splitTexts}
        isPartial={isPartial}
        {...(channel !== undefined && { channel })}
        {...(onLink !== undefined && { onLink })}
      />
    </section>
  );
}

function Lists({ lists }: Pick<Outcome, 'lists'>) {
  return (
    <>
      {lists.map(({ title, items }) => (
        <section>
          <h2>{title}</h2>
          <ul class="points">
            {items.map((item) => (
              <li>
                <bdi>{item}</bdi>
              </li>
            ))}
          </ul>
        </section>
      ))}
    </>
  );
}

/** A message and what came of it. */
export function Preview(props: ViewProps) {
  const { open, note } = useOpener(props);
  const { connection, call } = props.known;
  const { outcome, facts, drawings, left, isPartial } = previewOf(call);
  const { tone, title, lines, lists, plain, chatLink } = outcome;
  return (
    <main class={`preview tone-${tone}${isPartial ? ' is-partial' : ''}`}>
      <header aria-live="polite">
        <h1 class="title">
          <span class="mark" aria-hidden="true">
            {marks[tone]}
          </span>
          {title}
        </h1>
        {lines.map((line) => (
          <p>
            <bdi>{line}</bdi>
          </p>
        ))}
        {connection.state === 'refused' && (
          <p>
            The client does not go on: <bdi>{connection.reason}</bdi>
          </p>
        )}
      </header>
      {chatLink !== undefined && (
        <p>
          <LinkView link={safeLink(chatLink)} onLink={open}>
            Look at the chat in ManyChat
          </LinkView>
        </p>
      )}
      <Facts facts={facts} />
      {drawings.map((drawing, index) => (
        <Drawn key={index} drawing={drawing} isPartial={isPartial} onLink={open} />
      ))}
      {left !== undefined && <p class="muted">{left}</p>}
      <Lists lists={lists} />
      {plain !== undefined && (
        <pre dir="auto">
          <bdi>{plain}</bdi>
        </pre>
      )}
      <p class="muted" aria-live="polite">
        {note}
      </p>
    </main>
  );
}
