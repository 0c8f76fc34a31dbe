import type { Liveness } from './ports.js';

export interface Listener {
  /** A connection is there; notices may have been missed before. */
  onConnected(): void;
  onNotice(data: string): void;
  onLiveness(liveness: Liveness): void;
}

/** What a stream of notices says. */
export interface StreamEvents {
  onHello(): void;
  onNotice(data: string): void;
  /** The connection broke. It comes back by itself unless it is over. */
  onBroken(isOver: boolean): void;
}

interface Tools {
  /** Opens a stream; the returned function closes it. */
  open(events: StreamEvents): () => void;
  /** Calls after a while. */
  later(act: () => void): void;
}

/**
 * Listens to the sandbox while the page can be seen, and connects again whenever the connection breaks. A browser allows only
 * six connections to a host: the streams of tabs in the background would keep further tabs from loading.
 */
export function createListening({ open, later }: Tools, { onConnected, onNotice, onLiveness }: Listener) {
  let isVisible = false;
  let close: (() => void) | undefined;

  function connect(): void {
    if (!isVisible || close !== undefined) return;
    close = open({
      onHello() {
        onLiveness('live');
        onConnected();
      },
      onNotice,
      onBroken(isOver) {
        onLiveness('lost');
        if (!isOver) return;
        close = undefined;
        later(connect);
      },
    });
  }

  return {
    setVisible(next: boolean): void {
      isVisible = next;
      if (next) {
        connect();
        return;
      }
      close?.();
      close = undefined;
    },
  };
}
