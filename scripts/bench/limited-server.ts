/*
 * A loopback server that admits as many requests in any second as its first argument says, like Maton, and refuses all others.
 * It has a process of its own, so that busy clients do not delay the counting. With the word `jittered` a request takes 20 ms
 * and more to arrive, and 50 to 150 ms to be answered. It sends its URL to its parent and, in reply to any message, what has
 * arrived since the last one.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** When a request arrived, in milliseconds, and whether it was refused. */
export interface Arrival {
  readonly at: number;
  readonly refused: boolean;
}

const perSecond = Number(process.argv[2]);
const isJittered = process.argv[3] === 'jittered';
/** An exponential distribution, cut where a connection would have failed. */
const jitterMs = (mean: number): number => Math.min(-mean * Math.log(1 - Math.random()), 10 * mean);
const after = (milliseconds: number, then: () => void): unknown =>
  milliseconds === 0 ? then() : setTimeout(then, milliseconds);

let arrivals: Arrival[] = [];
let admitted: number[] = [];

const server = createServer((request, response) => {
  request.resume().on('end', () =>
    after(isJittered ? 20 + jitterMs(8) : 0, () => {
      const at = performance.now();
      admitted = admitted.filter((each) => each > at - 1_000);
      const refused = admitted.length >= perSecond;
      if (!refused) admitted.push(at);
      arrivals.push({ at, refused });
      after(isJittered ? 50 + Math.random() * 100 : 0, () => {
        response.writeHead(refused ? 429 : 200, { 'content-type': 'application/json' });
        response.end(refused ? '{}' : '{"status":"success","data":{"id":"1"}}');
      });
    }),
  );
});

process.on('message', () => {
  process.send?.(arrivals);
  arrivals = [];
});
process.once('disconnect', () => process.exit());
server.listen(0, '127.0.0.1', () => process.send?.(`http://127.0.0.1:${(server.address() as AddressInfo).port}`));
