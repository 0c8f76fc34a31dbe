import { createListening, type Listener } from '../state/listening.js';

const retryAfter = 3_000;

/** Listens to the sandbox while the page can be seen, until it is left. */
export function listen(listener: Listener): void {
  const listening = createListening(
    {
      open({ onHello, onNotice, onBroken }) {
        const source = new EventSource('/sandbox/events');
        source.addEventListener('hello', onHello);
        source.addEventListener('change', ({ data }) => onNotice(String(data)));
        // The browser connects again by itself unless the sandbox, or another program at its address, refused.
        source.addEventListener('error', () => onBroken(source.readyState === EventSource.CLOSED));
        return () => source.close();
      },
      later: (act) => void setTimeout(act, retryAfter),
    },
    listener,
  );
  const look = (): void => listening.setVisible(!document.hidden);
  document.addEventListener('visibilitychange', look);
  look();
}
