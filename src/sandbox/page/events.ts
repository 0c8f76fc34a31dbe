import type { ServerResponse } from 'node:http';
import { rejectUnknownKeys } from '../control/checks.js';
import type { Incoming } from '../http/incoming.js';
import { Refusal } from '../http/refusal.js';
import type { Notice } from '../world/changes.js';
import type { World } from '../world/world.js';

/** How many streams may be open: far more than people look, few enough to be written to one by one. */
const maxStreams = 64;

const eventText = (event: 'hello' | 'change', data: object): string =>
  `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;

/**
 * Opens a stream of server-sent events that says what changes, until the client leaves or the sandbox closes. A client that
 * reads too slowly misses notices, and is told to read everything again once it has caught up. @throws Refusal
 */
export function serveEvents({ changes, clock }: World, { method, query }: Incoming, response: ServerResponse): void {
  rejectUnknownKeys(query.keys(), [], 'query');
  if (changes.listeners() >= maxStreams) {
    const error = `${maxStreams} clients already listen for events. Close a page of the sandbox, then load this one again.`;
    throw new Refusal({ status: 503, body: { error } }, error);
  }
  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' });
  if (method === 'HEAD') {
    response.end();
    return;
  }
  let isBehind = false;
  let hasMissed = false;
  const write = (event: 'hello' | 'change', data: object): void => {
    isBehind = !response.write(eventText(event, data)) || isBehind;
  };
  const leave = changes.listen({
    notice(notices: readonly Notice[]) {
      for (const notice of notices) {
        if (isBehind) hasMissed = true;
        else write('change', notice);
      }
    },
    end: () => response.end(),
  });
  response.on('drain', () => {
    isBehind = false;
    if (!hasMissed) return;
    hasMissed = false;
    write('change', { all: true });
  });
  response.on('close', leave);
  write('hello', { now: new Date(clock.now()).toISOString() });
}
