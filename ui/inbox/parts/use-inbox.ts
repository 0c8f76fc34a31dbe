import { createContext } from 'preact';
import { useContext, useLayoutEffect, useReducer, useRef } from 'preact/hooks';
import type { Watchable } from '../state/cell.js';
import type { Inbox } from '../state/inbox.js';
import type { Place } from '../state/place.js';
import type { Reading, Resource } from '../state/resource.js';

export const InboxContext = createContext<Inbox | undefined>(undefined);

/** What the page knows and can do. */
export function useInbox(): Inbox {
  const inbox = useContext(InboxContext);
  if (inbox === undefined) throw new Error('outside of the inbox');
  return inbox;
}

/** A value; the component is drawn again when it changes. */
export function useCell<T>(source: Watchable<T>): T {
  const [, draw] = useReducer((count: number, _: undefined) => count + 1, 0);
  const value = source.get();
  const drawn = useRef(value);
  drawn.current = value;
  useLayoutEffect(() => {
    const look = (): void => {
      if (!Object.is(drawn.current, source.get())) draw(undefined);
    };
    look();
    return source.watch(look);
  }, [source]);
  return value;
}

/** What is known of something that the sandbox has, which is kept up to date while the component is there. */
export function useReading<T>(resource: Resource<T>): Reading<T> {
  useLayoutEffect(() => resource.use(), [resource]);
  return useCell(resource);
}

export function usePlace(): Place {
  return useCell(useInbox().place);
}
