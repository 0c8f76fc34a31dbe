import { MessageView } from '../../message-view/message-view.js';
import { Boundary } from '../parts/boundary.js';
import { Icon } from '../parts/icon.js';
import { Foreign } from '../parts/labels.js';
import { memo } from '../parts/memo.js';
import { ErrorText } from '../parts/states.js';
import { useInbox } from '../parts/use-inbox.js';
import type { ContactTurn, Flow, PageTurn, Turn } from '../server/shapes.js';
import { sourceOf } from '../state/source-text.js';
import { timeText } from '../state/times.js';
import { Delivery } from './delivery.js';

interface Item {
  readonly turn: Turn;
  /** The day that begins with it. */
  readonly day: string | undefined;
  readonly flows: readonly Flow[];
  /** What was said against a click on one of its buttons. */
  readonly clickError: string | undefined;
  readonly onClick: (turn: number, caption: string) => void;
}

/** One turn of a conversation. */
export const TurnItem = memo(function TurnItem({ turn, day, ...item }: Item) {
  return (
    <>
      {day !== undefined && (
        <li class="day">
          <span>{day}</span>
        </li>
      )}
      <li class={`turn turn-${turn.from}`}>
        <Boundary instead={() => <Undrawn turn={turn} />}>
          {turn.from === 'contact' ? <Written turn={turn} /> : <Sent turn={turn} {...item} />}
        </Boundary>
      </li>
    </>
  );
});

/** A turn as the sandbox gave it. */
function Undrawn({ turn }: { turn: Turn }) {
  return (
    <>
      <p class="hint">This cannot be drawn. It is shown as the sandbox gave it.</p>
      <pre class="undrawn" dir="auto">
        {JSON.stringify(turn, undefined, 2)}
      </pre>
    </>
  );
}

function Written({ turn: { text, image, audio, clicked, channel, time } }: { turn: ContactTurn }) {
  const message =
    image !== undefined
      ? { type: 'image', url: image }
      : audio !== undefined
        ? { type: 'audio', url: audio }
        : { type: 'text', text };
  return (
    <>
      <span class="only-read">Contact: </span>
      {clicked === undefined ? (
        <MessageView channel={channel} content={{ messages: [message] }} isFromContact />
      ) : (
        <p class="clicked">
          <Icon name="click" />
          Clicked <Foreign text={clicked} as="strong" />
        </p>
      )}
      <p class="about">
        <time dateTime={time}>{timeText(time, 'time')}</time>
      </p>
    </>
  );
}

function Sent({ turn, flows, clickError, onClick }: Omit<Item, 'turn' | 'day'> & { turn: PageTurn }) {
  const inbox = useInbox();
  const { call, delivered, reason, time } = turn;
  const source = sourceOf(turn, flows);
  return (
    <>
      <div class={delivered ? 'delivery' : 'delivery undelivered'}>
        <span class="only-read">Page: </span>
        <Delivery turn={turn} onClick={(caption) => onClick(turn.seq, caption)} />
      </div>
      <ErrorText text={clickError} />
      {!delivered && (
        <p class="not-delivered">
          <Icon name="warning" />
          Not delivered. {reason}
        </p>
      )}
      <p class="about">
        <time dateTime={time}>{timeText(time, 'time')}</time>
        {' · '}
        {source.text}
        {source.name !== undefined && (
          <>
            “<Foreign text={source.name} />”
          </>
        )}
        {source.after}
        {call !== undefined && (
          <>
            {' · '}
            <button type="button" class="link" onClick={() => inbox.showCall(call)}>
              {`Call ${call}`}
            </button>
          </>
        )}
      </p>
    </>
  );
}
