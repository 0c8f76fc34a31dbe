import type { Liveness } from '../state/ports.js';

interface Listener {
  /** A connection is there; notices may have been missed before. */
  onConnected(): void;
  onNotice(data: string): void;
  onLiveness(liveness: Liveness): void;
}

const retryAfter = 3_000;

/** Listens to the sandbox until the page is left, and connects again whenever the connection breaks. */
export function listen({ onConnected, onNotice, onLiveness }: Listener): void {
  const source = new EventSource('/sandbox/events');
  source.addEventListener('hello', () => {
    onLiveness('live');
    onConnected();
  });
  source.addEventListener('change', ({ data }) => onNotice(String(data)));
  source.addEventListener('error', () => {
    onLiveness('lost');
    // The browser connects again by itself unless the sandbox, or another program at its address, refused.
    if (source.readyState === EventSource.CLOSED) {
      setTimeout(() => listen({ onConnected, onNotice, onLiveness }), retryAfter);
    }
  });
}
