import './subscribers.css';
import { useState } from 'preact/hooks';
import { handsLater } from '../apps/host.js';
import type { ViewProps } from '../apps/start.js';
import { type Card, contactsOf, type Group } from './contacts.js';
import { type TimeStyle, windowText } from './window.js';

interface CardProps {
  readonly card: Card;
  readonly style: TimeStyle;
  /** Below a query, or the heading of the page. */
  readonly level: 'h2' | 'h3';
  readonly isChosen: boolean;
  onChoose(id: string): void;
}

function ContactCard({ card, style, level: Heading, isChosen, onChoose }: CardProps) {
  const { id, name, channels, window, tags, facts } = card;
  return (
    <li class={`card${isChosen ? ' is-chosen' : ''}`}>
      <Heading>
        <bdi>{name}</bdi>
      </Heading>
      <dl class="facts">
        <dt>Channels</dt>
        <dd>{channels.length === 0 ? 'None on record; Messenger and Telegram leave no trace' : channels.join(', ')}</dd>
        <dt>24-hour window</dt>
        <dd class={`window-${window.state}`}>{windowText(window, style)}</dd>
        {facts.map(({ label, value }) => (
          <>
            <dt>{label}</dt>
            <dd>
              <bdi>{value}</bdi>
            </dd>
          </>
        ))}
        {id !== undefined && (
          <>
            <dt>Id</dt>
            <dd>{id}</dd>
          </>
        )}
      </dl>
      {tags.length > 0 && (
        <ul class="tags" aria-label="Tags">
          {tags.map((tag) => (
            <li>
              <bdi>{tag}</bdi>
            </li>
          ))}
        </ul>
      )}
      {id !== undefined && (
        <button type="button" aria-pressed={isChosen} onClick={() => onChoose(id)}>
          Use this contact
        </button>
      )}
    </li>
  );
}

interface GroupProps extends Pick<CardProps, 'style' | 'onChoose'> {
  readonly group: Group;
  /** The id of the contact that was handed to the client. */
  readonly chosen: string;
}

function GroupView({ group, chosen, style, onChoose }: GroupProps) {
  return (
    <section>
      {group.query !== undefined && (
        <h2>
          <bdi>{group.query}</bdi>
        </h2>
      )}
      {group.cards.length > 0 && (
        <ul class="cards">
          {group.cards.map((card, index) => (
            <ContactCard
              key={index}
              card={card}
              style={style}
              level={group.query === undefined ? 'h2' : 'h3'}
              isChosen={card.id === chosen}
              onChoose={onChoose}
            />
          ))}
        </ul>
      )}
      {group.cards.length === 0 && group.query !== undefined && <p>No contact found.</p>}
      {group.notes.map((note) => (
        <p class="muted">
          <bdi>{note}</bdi>
        </p>
      ))}
    </section>
  );
}

/** The contacts that were found. */
export function Subscribers({ known, host }: ViewProps) {
  const [chosen, setChosen] = useState('');
  const [note, setNote] = useState('');
  const { connection, context, call } = known;
  const { state, title, groups, notes, plain } = contactsOf(call, Date.now());
  const choose = async (id: string): Promise<void> => {
    setNote(`Handing contact ${id} to the client.`);
    // A name could hold instructions; the id holds none.
    const handed = await host.hand(`I mean contact ${id}.`);
    setChosen(handed.ok ? id : '');
    const when = handsLater(known) ? 'The assistant sees it with your next message.' : '';
    setNote(
      handed.ok
        ? `Handed contact ${id} to the client. ${when}`.trim()
        : `The client did not take contact ${id} (${handed.reason}). Name the id in the chat.`,
    );
  };
  return (
    <main class={`subscribers state-${state}${state === 'searching' ? ' is-partial' : ''}`}>
      <header aria-live="polite">
        <h1 class="title">{title}</h1>
        {connection.state === 'refused' && (
          <p>
            The client does not go on: <bdi>{connection.reason}</bdi>
          </p>
        )}
        {notes.map((each) => (
          <p class="muted">
            <bdi>{each}</bdi>
          </p>
        ))}
      </header>
      {groups.map((group, index) => (
        <GroupView key={index} group={group} style={context} chosen={chosen} onChoose={(id) => void choose(id)} />
      ))}
      {plain !== undefined && (
        <pre dir="auto">
          <bdi>{plain}</bdi>
        </pre>
      )}
      <p class="choice" aria-live="polite">
        {note}
      </p>
    </main>
  );
}
