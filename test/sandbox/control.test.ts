import { readFileSync } from 'node:fs';
import { describe, expect, onTestFinished, test } from 'vitest';
import { startSandbox } from '../../src/sandbox/index.js';
import { ask } from '../support/asking.js';
import { controlApi } from '../support/control-api.js';
import { noon, useSandbox } from '../support/sandboxed.js';

const sandbox = useSandbox({ clock: noon, limits: false });

const { request, errorOf } = controlApi(sandbox);

const faults = async () => (await request('faults', '', 'GET')).body.faults;

describe('unknown keys', () => {
  test.each<[string, unknown, string[]]>([
    [
      'faults',
      { statuss: 500 },
      ['"statuss"', 'did you mean "status"?', 'Allowed: match, after, times, perform, status,'],
    ],
    ['faults', { match: { tool: 'send_text' }, status: 500 }, ['match: unknown key "tool"', 'Allowed: method, path']],
    ['faults', { match: { path: 'getInfo', subscriber_id: 'x' }, status: 500 }, ['match: unknown key "subscriber_id"']],
    ['faults', { match: { paht: 'getInfo' }, status: 500 }, ['match: unknown key "paht"', 'did you mean "path"?']],
    ['faults', { path: 'sendContent', status: 500 }, ['"path"', 'it belongs in match']],
    ['faults', { hang: true, body: 'x' }, ['"body" is only allowed with status']],
    ['faults', '{"status":500,"__proto__":{"times":3}}', ['"__proto__"']],
    ['settings', { limit: false }, ['"limit"', 'did you mean "limits"?', 'Allowed: limits, create_shape']],
    ['settings', { limits: false, shape: 'flat' }, ['"shape"', 'Allowed: limits, create_shape']],
    ['clock', { advance: 5 }, ['"advance"', 'did you mean "advance_ms"?']],
    ['clock', { advance_ms: 5, to: 7 }, ['"to"', 'Allowed: advance_ms, now']],
    ['reset', { faults: true }, ['"faults"', 'No keys are allowed']],
    ['reset', { toString: true }, ['"toString"']],
  ])('POST %s rejects %j and applies nothing', async (path, body, words) => {
    const error = await errorOf(path, body);
    for (const word of words) expect(error).toContain(word);
    expect(await faults()).toEqual([]);
    const overview = JSON.parse((await ask(sandbox.url, { path: '/sandbox' })).text);
    expect(overview).toMatchObject({
      settings: { limits: false, create_shape: 'wrapped' },
      now: '2026-09-20T12:00:00.000Z',
    });
  });

  test.each(['reset', 'clock', 'settings', 'faults'])(
    'POST %s rejects a body that is not a JSON object',
    async (path) => {
      for (const body of ['[]', '"x"', '5', 'null', '{', `{"x":"${'x'.repeat(1_000_000)}"}`])
        expect(await errorOf(path, body), body.slice(0, 9)).toContain('must be a JSON object');
    },
  );

  test('are rejected in the query too', async () => {
    const { status, body } = await request('messages?subscriber=1', '', 'GET');
    expect([status, body.error]).toEqual([400, expect.stringContaining('did you mean "subscriber_id"?')]);
  });
});

describe('invalid values', () => {
  test.each<[string, unknown, string]>([
    ['faults', {}, 'exactly one effect'],
    ['faults', { hang: true, html: true }, 'exactly one effect'],
    ['faults', { hang: false }, 'hang must be true'],
    ['faults', { html: 1 }, 'html must be true'],
    ['faults', { truncate: 'true' }, 'truncate must be true'],
    ['faults', { close_connection: null }, 'close_connection must be true'],
    ['faults', { reset: true }, 'reset must be one of before_headers, in_body'],
    ['faults', { status: 99 }, 'status must be a whole number from 200 to 599'],
    ['faults', { status: '500' }, 'status must be a whole number from 200 to 599'],
    ['faults', { status: 500, times: 0 }, 'times must be a whole number from 1'],
    ['faults', { status: 500, times: 1.5 }, 'times must be a whole number'],
    ['faults', { status: 500, times: 1e300 }, 'times must be a whole number'],
    ['faults', { status: 500, after: -1 }, 'after must be a whole number from 0'],
    ['faults', { status: 500, after: '3' }, 'after must be a whole number'],
    ['faults', { delay_ms: -1 }, 'delay_ms must be a whole number from 0'],
    ['faults', { delay_ms: 1e9 }, 'delay_ms must be a whole number from 0 to 600000'],
    ['faults', { trickle_ms: 0 }, 'trickle_ms must be a whole number from 1'],
    ['faults', { body_bytes: 1e12 }, 'body_bytes must be a whole number'],
    ['faults', { gzip_bomb: -5 }, 'gzip_bomb must be a whole number'],
    ['faults', '{"gzip_bomb":99999999999999999999}', 'gzip_bomb must be a whole number'],
    ['faults', { status: 500, perform: 'yes' }, 'perform must be true or false'],
    ['faults', { status: 500, match: 'getInfo' }, 'match must be an object'],
    ['faults', { status: 500, match: { method: 5 } }, 'match.method must be'],
    ['faults', { status: 500, match: { path: '' } }, 'match.path must be'],
    ['faults', { status: 500, headers: ['x'] }, 'headers must be an object'],
    ['faults', { status: 500, headers: { x: null } }, 'headers.x must be'],
    ['faults', { status: 500, headers: { 'x y': '1' } }, 'headers.x y is not a valid HTTP header'],
    ['faults', { status: 500, headers: { x: 'a\r\nset-cookie: b' } }, 'headers.x is not a valid HTTP header'],
    ['faults', { status: 500, content_type: 5 }, 'content_type must be'],
    ['faults', { status: 500, content_type: 'a\nb' }, 'content_type is not a valid HTTP header'],
    ['settings', { limits: 'no' }, 'limits must be true or false'],
    ['settings', { create_shape: 'round' }, 'create_shape must be one of flat, id_only, wrapped'],
    ['clock', {}, 'advance_ms must be a whole number'],
    ['clock', { advance_ms: '5' }, 'advance_ms must be a whole number'],
    ['clock', { advance_ms: -1 }, 'advance_ms must be a whole number'],
    ['clock', { advance_ms: 0.5 }, 'advance_ms must be a whole number'],
    ['clock', { advance_ms: 5, now: '2026-09-21T12:00:00Z' }, 'either advance_ms or now'],
    ['clock', { now: '2026-09-21T12:00:00' }, 'now must be a time with an offset, such as 2026-03-01T09:00:00Z'],
    ['clock', { now: '2026-02-30T12:00:00Z' }, 'now must be a time'],
    ['clock', { now: 1_800_000_000_000 }, 'now must be a time'],
    ['clock', { now: '2026-09-20T11:59:59.999Z' }, "now is before the sandbox's time, 2026-09-20T12:00:00.000Z."],
    ['clock', { now: '2036-09-19T12:00:00Z' }, '10 years in total'],
  ])('POST %s rejects %j', async (path, body, words) => {
    expect(await errorOf(path, body)).toContain(words);
    expect(await faults()).toEqual([]);
  });

  test('POST faults rejects a response body of more than 100,000 characters', async () => {
    expect(await errorOf('faults', { status: 500, body: 'x'.repeat(100_001) })).toContain('body_bytes');
    expect((await request('faults', { status: 500, body: 'x'.repeat(90_000) })).status).toBe(200);
  });

  test('valid values are accepted', async () => {
    const fault = {
      match: { method: 'post', path: 'createTag' },
      after: 0,
      times: 1_000_000,
      perform: true,
      status: 503,
      headers: { 'retry-after': 2, 'x-text': 'a' },
      body: { message: 'slow' },
      content_type: 'application/problem+json',
    };
    expect((await request('faults', fault)).body.faults).toEqual([
      { fault: { ...fault, headers: { 'retry-after': '2', 'x-text': 'a' } }, passed: 0, struck: 0 },
    ]);
    expect((await request('settings', {})).status).toBe(200);
    expect((await request('reset', '')).status).toBe(200);
    expect(await faults()).toEqual([]);
  });
});

test('the examples in the docs are accepted', async () => {
  const docs = readFileSync('docs/testing-agents.md', 'utf8');
  const curls = docs.matchAll(/sandbox\/(faults) -H 'content-type: application\/json' \\\n +-d '(.+)'/g);
  const rows = docs.matchAll(/^\| `POST \/sandbox\/([\w/{}]+)` \|[^`]*`(\{[^`]+\})`/gm);
  const examples = [...curls, ...rows];
  expect(examples.map(([, path]) => path)).toEqual([
    'faults',
    'faults',
    'clock',
    'contacts',
    'contacts/{id}/writes',
    'settings',
  ]);
  for (const [, path = '', body = ''] of examples) {
    const { status } = await request(path.replace('{id}', '24958501110460017'), body);
    expect(status, body).toBe(200);
  }
});

describe('the clock', () => {
  const year = 365 * 86_400_000;

  test('moves forward ten years in total, in one step or in several', async () => {
    expect(await errorOf('clock', { advance_ms: 1e300 })).toContain('10 years');
    expect(await errorOf('clock', { advance_ms: 10 * year + 1 })).toContain('10 years');
    for (let count = 0; count < 10; count += 1) expect((await request('clock', { advance_ms: year })).status).toBe(200);
    expect(await errorOf('clock', { advance_ms: 1 })).toContain('10 years');
    const headers = { authorization: `Bearer ${sandbox.matonKey}` };
    expect((await ask(sandbox.url, { path: '/manychat/fb/page/getInfo', headers })).status).toBe(200);
    await request('reset', {});
    expect((await request('clock', { advance_ms: 1 })).status).toBe(200);
  });

  test('moves to a time, from which it goes on', async () => {
    expect((await request('clock', { now: '2026-09-21T14:30+02:00' })).body).toEqual({
      now: '2026-09-21T12:30:00.000Z',
    });
    expect((await request('clock', { now: '2026-09-21T12:30:00Z' })).status).toBe(200);
    expect((await request('clock', { advance_ms: 1_500 })).body).toEqual({ now: '2026-09-21T12:30:01.500Z' });
    await request('reset', {});
    expect(sandbox.now()).toBe(noon.now());
  });

  test('stands still at an absolute time, while rate limits go on in real time', async () => {
    let real = 0;
    const clock = { now: () => real };
    const standing = await startSandbox({ now: '2026-03-01T09:00:00Z', clock });
    onTestFinished(() => standing.close());
    const headers = { authorization: `Bearer ${standing.matonKey}` };
    const status = async () => (await ask(standing.url, { path: '/connections', headers })).status;
    for (let count = 0; count < 10; count += 1) expect(await status()).toBe(200);
    expect(await status()).toBe(429);
    real += 1_000;
    expect(await status()).toBe(200);
    expect(new Date(standing.now()).toISOString()).toBe('2026-03-01T09:00:00.000Z');
  });

  test('throws RangeError for other values in the programming interface', () => {
    for (const milliseconds of [1e300, -1, Number.NaN, Number.POSITIVE_INFINITY])
      expect(() => sandbox.advance(milliseconds), String(milliseconds)).toThrow(RangeError);
  });
});
