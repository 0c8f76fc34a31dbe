import { useCallback, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { Icon } from '../parts/icon.js';
import { EmptyText, ErrorText, ReadingState } from '../parts/states.js';
import { useInbox, useReading } from '../parts/use-inbox.js';
import { useRequest } from '../parts/use-request.js';
import type { Contact, Flow, Turn } from '../server/shapes.js';
import { clickedTurn } from '../state/clickable.js';
import { timeText } from '../state/times.js';
import { TurnItem } from './turn-item.js';

const noFlows: readonly Flow[] = [];
const noTurns: readonly Turn[] = [];

/** How near to its end a list is while it follows what is new, in pixels. */
const nearEnd = 80;

/**
 * Keeps the end of a list in view while the reader is there. Earlier turns that come before do not move what is being read.
 */
function useScrolling(turns: readonly Turn[]) {
  const scroller = useRef<HTMLDivElement>(null);
  const [isAtEnd, setAtEnd] = useState(true);
  const seen = useRef({ first: 0, height: 0 });
  const first = turns[0]?.seq ?? 0;
  const last = turns.at(-1)?.seq ?? 0;
  useLayoutEffect(() => {
    const box = scroller.current;
    if (box === null) return;
    if (isAtEnd) box.scrollTop = box.scrollHeight;
    else if (first < seen.current.first) box.scrollTop += box.scrollHeight - seen.current.height;
    seen.current = { first, height: box.scrollHeight };
  }, [first, last]);
  const onScroll = (): void => {
    const box = scroller.current;
    if (box !== null) setAtEnd(box.scrollHeight - box.scrollTop - box.clientHeight < nearEnd);
  };
  const toEnd = (): void => {
    const box = scroller.current;
    if (box !== null) box.scrollTop = box.scrollHeight;
  };
  return { scroller, isAtEnd, onScroll, toEnd };
}

/** What the contact and the page wrote to each other. */
export function ConversationLog({ contact }: { contact: Contact }) {
  const inbox = useInbox();
  const reading = useReading(inbox.conversation);
  const { data: account } = useReading(inbox.account);
  const earlier = useRequest();
  const clicking = useRequest();
  const turns = reading.data?.entries ?? noTurns;
  const channel = turns.at(-1)?.channel ?? contact.channels[0] ?? 'messenger';
  const more = reading.data?.more ?? 0;
  const { scroller, isAtEnd, onScroll, toEnd } = useScrolling(turns);
  const [clicked, setClicked] = useState<number | undefined>(undefined);
  const { start } = clicking;
  const click = useCallback(
    (turn: number, caption: string) => {
      setClicked(turn);
      void start(async () => {
        const newest = clickedTurn(inbox.conversation.get().data?.entries ?? [], caption);
        if (newest !== turn) throw new Error('A newer message has a button with this caption. Click that one.');
        await inbox.click(contact.id, caption);
      });
    },
    [contact.id],
  );
  return (
    <div class="log-frame">
      <div
        class={`scroller log mv-wall mv-${channel}`}
        ref={scroller}
        onScroll={onScroll}
        role="log"
        aria-label="Messages"
        aria-busy={earlier.isBusy}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable with the keyboard
        tabIndex={0}
      >
        <ReadingState reading={reading} of={inbox.conversation} what="the conversation" />
        {more > 0 && (
          <button
            type="button"
            class="button more"
            aria-disabled={earlier.isBusy}
            onClick={() => void earlier.start(inbox.showEarlierTurns)}
          >
            {earlier.isBusy ? 'Reading…' : `Show earlier (${more.toLocaleString()})`}
          </button>
        )}
        <ErrorText text={earlier.error} />
        {reading.data !== undefined && turns.length === 0 && (
          <EmptyText title="No messages yet">Write as this contact, or let your agent send something.</EmptyText>
        )}
        <ol class="turns">
          {turns.map((turn, index) => (
            <TurnItem
              key={turn.seq}
              turn={turn}
              day={dayBefore(turn, turns[index - 1])}
              flows={account?.flows ?? noFlows}
              clickError={turn.seq === clicked ? clicking.error : undefined}
              onClick={click}
            />
          ))}
        </ol>
      </div>
      {!isAtEnd && (
        <button type="button" class="button to-end" onClick={toEnd}>
          <Icon name="down" />
          Newest messages
        </button>
      )}
    </div>
  );
}

/** The day to show before a turn, if another one begins with it. */
function dayBefore({ time }: Turn, before: Turn | undefined): string | undefined {
  const day = timeText(time, 'day');
  return before !== undefined && timeText(before.time, 'day') === day ? undefined : day;
}
