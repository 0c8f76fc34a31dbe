import { onTestFinished } from 'vitest';
import type { Outcome } from '../../src/account/call/call-tool.js';
import type { Failure } from '../../tools/contract/failure.js';
import { createCallers } from './caller.js';
import { drivenClock } from './driven.js';
import { through } from './program.js';
import { startUpstream } from './upstream.js';

/** A connection as the upstream of a test has it. */
export interface Connection {
  readonly id: string;
  status?: string;
  page?: { id?: number; name?: string } | 'unreadable' | undefined;
}

/** The id of a connection, in Maton's form. */
export const idOf = (last: number): string => `5b0c2a3e-7d41-4f86-9a1c-${String(last).padStart(12, '0')}`;
/** The ids of the first connections. */
export const [coffee, wholesale, third] = [idOf(1), idOf(2), idOf(3)];

/** An upstream with two pages, and a caller that reaches it; `another` has the same key and settings. */
export async function connected(
  environment: Record<string, string> = {},
  others: readonly Connection[] = [],
  permitted?: readonly string[],
) {
  const connections: Connection[] = [
    { id: coffee, page: { id: 101, name: 'Sunrise Coffee' } },
    { id: wholesale, page: { id: 102, name: 'Sunrise Wholesale' } },
    ...others,
  ];
  const upstream = await startUpstream(({ path, query, headers }, response) => {
    const answer = (status: number, body: object) => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    };
    const listed = connections.map(({ id, status = 'ACTIVE' }, index) => ({
      connection_id: id,
      status,
      creation_time: `2026-01-${String(index + 1).padStart(2, '0')}T00:00:00Z`,
    }));
    if (path === '/connections') {
      answer(200, { connections: listed.filter(({ status }) => (query.status ?? status) === status) });
      return;
    }
    const used = connections.find(({ id }) => id === headers['maton-connection']);
    if (used === undefined) answer(404, { message: 'Connection not found' });
    else if ((used.status ?? 'ACTIVE') !== 'ACTIVE') answer(400, { message: 'No active ManyChat connection' });
    else if (!path.endsWith('getInfo')) answer(200, { status: 'success', data: [] });
    else if (used.page === 'unreadable') answer(401, { status: 'error', message: 'Wrong token' });
    else answer(200, { status: 'success', data: used.page ?? {} });
  });
  const clock = drivenClock();
  const own = { ...through(upstream.url), ...environment };
  const [caller, another] = createCallers([own, own], { clock, ...(permitted && { permitted }) });
  if (caller === undefined || another === undefined) throw new Error('there is one caller per environment');
  onTestFinished(async () => {
    await caller.close();
    await upstream.close();
  });
  /** What was requested since it was last asked, without the host. */
  let seen = 0;
  const requests = (): string[] => {
    const fresh = upstream.arrived.slice(seen);
    seen = upstream.arrived.length;
    return fresh.map(({ path, headers }) => {
      const at = String(headers['maton-connection']).slice(-1);
      return path === '/connections' ? 'list' : `${path.split('/').at(-1)}@${at}`;
    });
  };
  const send = (connection_id?: string, text = 'Hi'): Promise<Outcome> =>
    caller.call('manychat_send_text', {
      subscriber_id: '1',
      text,
      // A named channel is not looked up.
      channel: 'messenger',
      ...(connection_id !== undefined && { connection_id }),
    });
  return { connections, caller, another, clock, requests, send, upstream };
}

/** The failure of a call that must fail. */
export function failureOf(outcome: Outcome): Failure {
  if (outcome.ok) throw new Error('a failure was expected');
  return outcome.failure;
}
