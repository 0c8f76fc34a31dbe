import { once } from 'node:events';
import { expect, test } from 'vitest';
import { closed, connect, type Message, startLoad, startReplicas, startSending } from './support/replicas.js';

const clients = 12;

const contactsOf = (messages: readonly Message[]): string[] => messages.map(({ subscriber }) => subscriber).toSorted();

/** Three servers behind HAProxy under load, each with several calls in flight whose messages are not answered yet. */
async function underLoad() {
  const sending = await startSending();
  const { url, replicas } = await startReplicas(sending.url);
  const load = await startLoad(url, clients, sending);
  const more = async (count: number): Promise<void> => {
    const enough = load.accepted.length + count;
    await sending.until(() => load.accepted.length >= enough);
  };
  await more(30);
  sending.hold();
  await sending.until(() => sending.held().length === clients);
  const inFlightOn = (key: string): readonly Message[] => sending.held().filter((message) => message.key === key);
  const [victim, ...others] = replicas.toSorted(
    (one, other) => inFlightOn(other.key).length - inFlightOn(one.key).length,
  );
  if (victim === undefined) throw new Error('three were started');
  expect(inFlightOn(victim.key).length).toBeGreaterThanOrEqual(clients / replicas.length);
  return { sending, load, more, inFlightOn, victim, others: others.map(({ key }) => key).toSorted() };
}

test('a server that is killed loses the calls in flight on it, and no other; nothing is sent twice', async () => {
  const { sending, load, more, inFlightOn, victim, others } = await underLoad();
  const inFlight = contactsOf(inFlightOn(victim.key));
  const before = sending.arrived.length;
  victim.process.kill('SIGKILL');
  await once(victim.process, 'exit');
  await sending.until(() => load.lost.length >= inFlight.length);
  sending.release();
  await more(60);
  await load.stop();
  expect(load.lost.toSorted()).toEqual(inFlight);
  const arrived = contactsOf(sending.arrived);
  expect(arrived).toEqual([...new Set(arrived)]);
  expect(arrived).toEqual([...load.accepted, ...load.lost].toSorted());
  expect([...new Set(sending.arrived.slice(before).map(({ key }) => key))].toSorted()).toEqual(others);
});

test('a server that is told to end loses nothing: its calls in flight have their results, and then it ends', async () => {
  const { sending, load, more, inFlightOn, victim, others } = await underLoad();
  const inFlight = inFlightOn(victim.key);
  victim.process.kill('SIGTERM');
  const exited = once(victim.process, 'exit');
  // The others go on, while its calls in flight outlast the time in which it accepts more.
  sending.release(inFlight);
  await closed(victim);
  expect(sending.held()).toEqual(inFlight);
  const before = sending.arrived.length;
  await more(60);
  expect(victim.process.exitCode).toBe(null);
  sending.release();
  expect(await exited).toEqual([0, null]);
  await more(30);
  await load.stop();
  expect(load.lost).toEqual([]);
  const arrived = contactsOf(sending.arrived);
  expect(arrived).toEqual([...new Set(arrived)]);
  expect(arrived).toEqual(load.accepted.toSorted());
  expect(arrived).toEqual(expect.arrayContaining(contactsOf(inFlight)));
  expect([...new Set(sending.arrived.slice(before).map(({ key }) => key))].toSorted()).toEqual(others);
});

test('a client that gives up cancels its call behind HAProxy as well', async () => {
  const sending = await startSending();
  const { url } = await startReplicas(sending.url);
  sending.hold();
  const client = await connect(url);
  const giving = new AbortController();
  const call = { name: 'manychat_get_subscriber', arguments: { subscriber_id: '1000000' } };
  const called = client.callTool(call, { signal: giving.signal });
  await sending.until(() => sending.held().length === 1);
  giving.abort();
  await expect(called).rejects.toThrow();
  // The server has closed its request to the upstream.
  await sending.until(() => sending.held().length === 0);
  expect(contactsOf(sending.arrived)).toEqual(['1000000']);
});
