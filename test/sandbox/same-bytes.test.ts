import { describe, expect, test } from 'vitest';
import { type Sandbox, type SandboxAccount, type SandboxOptions, startSandbox } from '../../src/sandbox/index.js';
import { ask } from '../support/asking.js';

const text = (words: string) => ({ version: 'v2', content: { messages: [{ type: 'text', text: words }] } });

type Step = [method: string, path: string, body?: object];

const fb = '/manychat/fb';

/** Reads, writes, sends, refusals, faults and preparations, with everything that makes an id or a time. */
function* script(): Generator<Step> {
  yield ['GET', '/sandbox'];
  yield ['GET', `${fb}/page/getInfo`];
  yield ['GET', '/connections'];
  yield ['POST', '/connections', { app: 'manychat' }];
  yield ['POST', '/connections', { app: 'other' }];
  yield ['POST', '/sandbox/contacts', [{ first_name: 'Ana' }, { first_name: 'Ben', whatsapp_phone: '34600111333' }]];
  yield ['POST', '/sandbox/flows', { name: 'Cart' }];
  yield ['POST', '/sandbox/tags', { name: 'Prepared' }];
  for (let count = 0; count < 20; count += 1) {
    yield ['POST', `${fb}/page/createTag`, { name: `tag ${count}` }];
    yield [
      'POST',
      `${fb}/subscriber/createSubscriber`,
      { first_name: 'New', whatsapp_phone: `3460022${count + 1000}` },
    ];
    yield ['POST', `${fb}/sending/sendContent`, { subscriber_id: '123456789', data: text(`Hello ${count}`) }];
    yield ['POST', `${fb}/sending/sendFlow`, { subscriber_id: '123456789', flow_ns: 'content123' }];
    yield ['GET', `${fb}/subscriber/getInfo?subscriber_id=123456789`];
    yield ['GET', `${fb}/subscriber/findByName?name=New`];
    yield ['POST', '/sandbox/contacts/123456789/writes', { text: `Answer ${count}` }];
    yield ['POST', '/sandbox/clock', { advance_ms: 1_234_567 }];
  }
  yield ['POST', '/sandbox/clock', { now: '2026-04-01T00:00:00Z' }];
  yield ['POST', `${fb}/sending/sendContent`, { subscriber_id: '123456789', data: text('Too late') }];
  yield ['POST', '/sandbox/faults', { match: { path: 'getTags' }, status: 503, body: { message: 'slow' } }];
  yield ['POST', '/sandbox/faults', { match: { path: 'createTag' }, html: true, perform: true }];
  yield ['POST', '/sandbox/faults', { match: { path: 'getFlows' }, body_bytes: 5_000 }];
  yield ['GET', `${fb}/page/getTags`];
  yield ['POST', `${fb}/page/createTag`, { name: 'in spite of it' }];
  yield ['GET', `${fb}/page/getFlows`];
  yield ['GET', `${fb}/page/nothing`];
  yield ['GET', '/sandbox/faults'];
  yield ['GET', '/sandbox/messages'];
  yield ['GET', '/sandbox/account'];
  yield ['GET', '/sandbox/requests'];
}

/** Everything that a run of the script returns: status, headers and bytes. The port is taken out. */
async function transcript(sandbox: Sandbox): Promise<string[]> {
  const lines: string[] = [];
  for (const [method, path, body] of script()) {
    const headers = { authorization: `Bearer ${sandbox.matonKey}`, 'content-type': 'application/json' };
    const sent = body === undefined ? {} : { body: JSON.stringify(body) };
    const response = await ask(sandbox.url, { method, path, headers, ...sent });
    lines.push(`${method} ${path}\n${JSON.stringify({ ...response }).replaceAll(new URL(sandbox.url).host, 'HOST')}`);
  }
  return lines;
}

async function started(options: SandboxOptions): Promise<{ lines: string[]; afterReset: string[]; errors: number }> {
  const sandbox = await startSandbox({ limits: false, ...options });
  try {
    const lines = await transcript(sandbox);
    sandbox.reset();
    return {
      lines,
      afterReset: await transcript(sandbox),
      errors: sandbox.requests().filter((each) => each.status !== 200).length,
    };
  } finally {
    await sandbox.close();
  }
}

const prepared: SandboxAccount = {
  now: '2026-03-01T09:00:00Z',
  flows: [{ ns: 'content123', name: 'Hi', texts: ['Hi'] }],
  contacts: [{ id: '123456789', first_name: 'Ana', last_interaction_minutes_ago: 5 }, { first_name: 'Ben' }],
};

describe('the same start gives the same bytes', () => {
  test.each<[string, SandboxOptions]>([
    ['with a time', { now: '2026-03-01T09:00:00Z', followers: 3 }],
    ['with an account and its time', { account: prepared }],
  ])('%s, also after a reset', async (_, options) => {
    const first = await started(options);
    const second = await started(options);
    expect(second.lines).toEqual(first.lines);
    expect(first.afterReset).toEqual(first.lines);
    // The expected refusals: another app, no such route, a closed window and the fault.
    expect(first.errors).toBe(4);
    expect(first.lines.join('')).toContain('Sun, 01 Mar 2026 09:00:00 GMT');
  });
});
