import type { ServerResponse } from 'node:http';
import type { Client, Transport } from '@modelcontextprotocol/client';
import { describe, expect, onTestFinished, test } from 'vitest';
import { connectProgram, pinnedId, through } from '../../support/program.js';
import { type Reply, startUpstream, type Upstream } from '../../support/upstream.js';

/** Calls that Maton allows a key in any second. */
const allowed = 10;

/** The settings by which processes share a state that no other test uses. */
export type Sharing = () => Promise<Readonly<Record<string, string>>>;

/** An upstream, when its requests arrived, and processes that share a state. */
export async function startTeam(share: Sharing, count: number, reply?: Reply) {
  const upstream = await startUpstream();
  onTestFinished(() => upstream.close());
  const environment = {
    ...through(upstream.url),
    MATON_CONNECTION_ID: pinnedId,
    MANYCHAT_MCP_DEADLINE_MS: '600000',
    ...(await share()),
  };
  const processes = await Promise.all(
    Array.from({ length: count }, async () => {
      const started = await connectProgram(environment);
      onTestFinished(() => started.client.close());
      return started;
    }),
  );
  upstream.reply = { body: { status: 'success', data: { id: '1' } } };
  const [first] = processes;
  // The page of the connection is read with the first call.
  if (first !== undefined) await read(first.client, 1);
  upstream.arrived.splice(0);
  const arrivals: number[] = [];
  upstream.reply = (request, response) => {
    arrivals.push(performance.now());
    if (typeof reply === 'function') reply(request, response);
    else response.writeHead(200, { 'content-type': 'application/json' }).end('{"status":"success","data":{"id":"1"}}');
  };
  return { upstream, arrivals, processes };
}

/** The most requests in any second. */
export const busiest = (arrivals: readonly number[]): number =>
  Math.max(...arrivals.map((start) => arrivals.filter((each) => each >= start && each < start + 1_000).length));

export const read = (client: Client, id: number): Promise<unknown> =>
  client.callTool({ name: 'manychat_get_subscriber', arguments: { subscriber_id: id } }, { timeout: 600_000 });

const readIds = ({ arrived }: Upstream): number[] => arrived.map(({ query }) => Number(query.subscriber_id));

/** Sends a text to the same contact. */
export const send = (client: Client, text: string): Promise<unknown> =>
  client.callTool(
    {
      name: 'manychat_send_content',
      arguments: { subscriber_id: 1, data: { version: 'v2', content: { messages: [{ type: 'text', text }] } } },
    },
    { timeout: 600_000 },
  );

/** Counts the calls that a client hands to its transport. */
function countCalls(transport: Transport): { reach(count: number): Promise<void> } {
  let calls = 0;
  let reached = (): void => undefined;
  let awaited = Number.POSITIVE_INFINITY;
  const write = transport.send.bind(transport);
  transport.send = (message, options) => {
    const isWritten = write(message, options);
    if ('method' in message && message.method === 'tools/call') calls += 1;
    if (calls >= awaited) reached();
    return isWritten;
  };
  return {
    reach(count) {
      awaited = count;
      return new Promise((resolve) => {
        reached = resolve;
        if (calls >= count) resolve();
      });
    },
  };
}

/** What processes of the built program must do that share a state. */
export function processesContract(name: string, share: Sharing): void {
  describe(`processes on one ${name}`, () => {
    const team = (count: number, reply?: Reply) => startTeam(share, count, reply);

    test('keep to the limits together, and a call that comes later than those of others is served last', async () => {
      const { upstream, arrivals, processes } = await team(3);
      const calls = processes.flatMap(({ client }, process) =>
        Array.from({ length: 100 }, (_, index) => read(client, 1_000 * (process + 1) + index)),
      );
      await upstream.received(60);
      const [first] = processes;
      const late = first === undefined ? undefined : read(first.client, 9_999);
      const results = await Promise.all([...calls, late]);
      expect(results.every((result) => !JSON.stringify(result).includes('"isError":true'))).toBe(true);
      const ids = readIds(upstream);
      expect(new Set(ids).size).toBe(301);
      expect(ids).toHaveLength(301);
      expect(ids.at(-1)).toBe(9_999);
      for (const process of processes.keys()) {
        const own = ids.filter((id) => Math.floor(id / 1_000) === process + 1);
        // Requests leave on several connections, of which one can be slow; a call that lost its place would come at the end.
        const displaced = own.map((id, index) => Math.abs((id % 1_000) - index));
        expect(Math.max(...displaced), `process ${process}: ${own}`).toBeLessThan(40);
      }
      expect(busiest(arrivals)).toBeLessThanOrEqual(allowed);
      for (const { stderr } of processes) expect(stderr()).not.toContain('Warning');
    });

    test('go on when the one whose calls come first is killed', async () => {
      const { upstream, arrivals, processes } = await team(2);
      const [killed, other] = processes;
      if (killed === undefined || other === undefined) throw new Error('two were started');
      const lost = Promise.allSettled(Array.from({ length: 60 }, (_, index) => read(killed.client, 1_000 + index)));
      await upstream.received(5);
      const calls = Array.from({ length: 30 }, (_, index) => read(other.client, 2_000 + index));
      await upstream.received(12);
      process.kill(killed.transport.pid ?? 0, 'SIGKILL');
      const results = await Promise.all(calls);
      await lost;
      expect(results.every((result) => !JSON.stringify(result).includes('"isError":true'))).toBe(true);
      expect(new Set(readIds(upstream).filter((id) => id >= 2_000)).size).toBe(30);
      expect(busiest(arrivals)).toBeLessThanOrEqual(allowed);
    });

    test('make 3 × 20 identical sends once, 100 times out of 100', async () => {
      const open: ServerResponse[] = [];
      let isHeld = true;
      const answer = (response: ServerResponse) => response.end('{"status":"success"}');
      const { upstream, processes } = await team(3, (_, response) => {
        if (isHeld) open.push(response);
        else answer(response);
      });
      const written = processes.map(({ transport }) => countCalls(transport));
      for (let done = 0; done < 100; done += 5) {
        isHeld = true;
        const texts = Array.from({ length: 5 }, (_, index) => `Hello ${done + index}`);
        const sends = processes.flatMap(({ client }) =>
          Array.from({ length: 20 }, () => texts.map((text) => send(client, text))).flat(),
        );
        // A call that is read after the first was answered would be a new send. Frames are read in order, but the client
        // writes the frame of a call later than it is asked to.
        await Promise.all(written.map((calls) => calls.reach(20 * (done + texts.length))));
        await Promise.all([...processes.map(({ client }) => client.ping()), upstream.received(done + 5)]);
        isHeld = false;
        for (const response of open.splice(0)) answer(response);
        await Promise.all(sends);
        expect(upstream.arrived).toHaveLength(done + 5);
      }
      expect(new Set(upstream.arrived.map(({ rawBody }) => rawBody)).size).toBe(100);
      expect(upstream.arrived).toHaveLength(100);
    });

    test('do not repeat a send whose process was killed before its outcome', async () => {
      const { upstream, processes } = await team(2, () => undefined);
      const [killed, other] = processes;
      if (killed === undefined || other === undefined) throw new Error('two were started');
      const lost = send(killed.client, 'Hello').catch(() => undefined);
      await upstream.received(1);
      process.kill(killed.transport.pid ?? 0, 'SIGKILL');
      await lost;
      const again = await Promise.all([send(other.client, 'Hello'), send(other.client, 'Hello')]);
      for (const result of again) expect(JSON.stringify(result)).toMatch(/\\"performed\\":\\"unknown\\"/);
      expect(upstream.arrived).toHaveLength(1);
    });
  });
}
