import { request } from 'node:http';
import { onTestFinished } from 'vitest';

/** An event of a stream; `data` is parsed. */
export interface StreamedEvent {
  readonly event: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** A reader of the sandbox's events. */
export interface EventReader {
  /** The next event; undefined once the stream has ended. */
  next(): Promise<StreamedEvent | undefined>;
  /** Stops reading, so that the sandbox cannot write more than buffers hold. */
  pause(): void;
  resume(): void;
  leave(): void;
}

const parsed = (text: string): StreamedEvent => {
  const { event = '', data = '' } = Object.fromEntries(text.split('\n').map((line) => line.split(/: (.*)/s)));
  return { event, data: JSON.parse(data) };
};

/** Listens to the events of a sandbox; resolves once it has answered. The reader leaves at the end of the test. */
export function listenTo(url: string, path = '/sandbox/events'): Promise<EventReader> {
  return new Promise((resolve, reject) => {
    const outgoing = request(`${url}${path}`, { agent: false }, (response) => {
      const events: StreamedEvent[] = [];
      const waiting: ((event: StreamedEvent | undefined) => void)[] = [];
      let text = '';
      let hasEnded = false;
      const hand = (): void => {
        while (waiting.length > 0 && (events.length > 0 || hasEnded)) waiting.shift()?.(events.shift());
      };
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        const parts = (text + chunk).split('\n\n');
        text = parts.pop() ?? '';
        events.push(...parts.map(parsed));
        hand();
      });
      response.on('error', () => undefined);
      response.on('close', () => {
        hasEnded = true;
        hand();
      });
      resolve({
        next: () =>
          new Promise((settle) => {
            waiting.push(settle);
            hand();
          }),
        pause: () => void response.pause(),
        resume: () => void response.resume(),
        leave: () => void outgoing.destroy(),
      });
    });
    outgoing.on('error', reject);
    onTestFinished(() => void outgoing.destroy());
    outgoing.end();
  });
}
