import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { ask } from '../support/asking.js';
import { noon, useSandbox } from '../support/sandboxed.js';

const sandbox = useSandbox({ clock: noon, limits: false });

async function order(path: string, body: unknown, method = 'POST') {
  const headers = { 'content-type': 'application/json' };
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const told = await ask(sandbox.url, { method, path: `/sandbox/${path}`, headers, body: text });
  return { status: told.status, body: JSON.parse(told.text) };
}

/** What was refused, in words. */
async function refusal(path: string, body: unknown): Promise<string> {
  const { status, body: answer } = await order(path, body);
  expect(status, JSON.stringify(answer)).toBe(400);
  return answer.error;
}

const faults = async () => (await order('faults', '', 'GET')).body.faults;

describe('an order with a key that is not known', () => {
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
    ['clock', { advance_ms: 5, to: 7 }, ['"to"', 'Allowed: advance_ms']],
    ['reset', { faults: true }, ['"faults"', 'No keys are allowed']],
    ['reset', { toString: true }, ['"toString"']],
  ])('%s %j is refused, and nothing of it is done', async (path, body, words) => {
    const said = await refusal(path, body);
    for (const word of words) expect(said).toContain(word);
    expect(await faults()).toEqual([]);
    const overview = JSON.parse((await ask(sandbox.url, { path: '/sandbox' })).text);
    expect(overview).toMatchObject({
      settings: { limits: false, create_shape: 'wrapped' },
      now: '2026-09-20T12:00:00.000Z',
    });
  });

  test.each(['reset', 'clock', 'settings', 'faults'])('%s takes a JSON object and nothing else', async (path) => {
    for (const body of ['[]', '"x"', '5', 'null', '{', `{"x":"${'x'.repeat(1_000_000)}"}`])
      expect(await refusal(path, body), body.slice(0, 9)).toContain('must be a JSON object');
  });

  test('in the query is refused too', async () => {
    const { status, body } = await order('messages?subscriber=1', '', 'GET');
    expect([status, body.error]).toEqual([400, expect.stringContaining('did you mean "subscriber_id"?')]);
  });
});

describe('an order with a value that cannot be right', () => {
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
  ])('%s %j is refused', async (path, body, words) => {
    expect(await refusal(path, body)).toContain(words);
    expect(await faults()).toEqual([]);
  });

  test('the body of an answer is no longer than it can be kept', async () => {
    expect(await refusal('faults', { status: 500, body: 'x'.repeat(100_001) })).toContain('body_bytes');
    expect((await order('faults', { status: 500, body: 'x'.repeat(90_000) })).status).toBe(200);
  });

  test('what can be right is taken', async () => {
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
    expect((await order('faults', fault)).body.faults).toEqual([
      { fault: { ...fault, headers: { 'retry-after': '2', 'x-text': 'a' } }, passed: 0, struck: 0 },
    ]);
    expect((await order('settings', {})).status).toBe(200);
    expect((await order('reset', '')).status).toBe(200);
    expect(await faults()).toEqual([]);
  });
});

test('the orders that README and docs show are taken', async () => {
  const readme = readFileSync('README.md', 'utf8').matchAll(
    /sandbox\/(faults) -H 'content-type: application\/json' \\\n +-d '(.+)'/g,
  );
  const docs = readFileSync('docs/testing-agents.md', 'utf8').matchAll(
    /^\| `POST \/sandbox\/(\w+)` \|[^`]*`(\{[^`]+\})`/gm,
  );
  const shown = [...readme, ...docs];
  expect(shown.map(([, path]) => path)).toEqual(['faults', 'faults', 'clock', 'settings']);
  for (const [, path = '', body = ''] of shown) expect((await order(path, body)).status, body).toBe(200);
});

describe('the clock', () => {
  const year = 365 * 86_400_000;

  test('goes ten years forward at most, in one step or in several', async () => {
    expect(await refusal('clock', { advance_ms: 1e300 })).toContain('10 years');
    expect(await refusal('clock', { advance_ms: 10 * year + 1 })).toContain('10 years');
    for (let count = 0; count < 10; count += 1) expect((await order('clock', { advance_ms: year })).status).toBe(200);
    expect(await refusal('clock', { advance_ms: 1 })).toContain('10 years');
    const headers = { authorization: `Bearer ${sandbox.matonKey}` };
    expect((await ask(sandbox.url, { path: '/manychat/fb/page/getInfo', headers })).status).toBe(200);
    await order('reset', {});
    expect((await order('clock', { advance_ms: 1 })).status).toBe(200);
  });

  test('takes nothing else from a program either', () => {
    for (const milliseconds of [1e300, -1, Number.NaN, Number.POSITIVE_INFINITY])
      expect(() => sandbox.advance(milliseconds), String(milliseconds)).toThrow(RangeError);
  });
});

describe('what a sandbox keeps has an end', () => {
  test('200 faults wait at the most; those used up make room', async () => {
    for (let count = 0; count < 200; count += 1) sandbox.injectFault({ match: { path: `/${count}/` }, status: 500 });
    expect(await refusal('faults', { hang: true })).toContain('200 faults');
    expect(() => sandbox.injectFault({ hang: true })).toThrow('200 faults');
    await ask(sandbox.url, { path: '/7/' });
    expect((await order('faults', { html: true })).status).toBe(200);
    expect(await refusal('faults', { hang: true })).toContain('200 faults');
    await order('faults', '', 'DELETE');
    expect((await order('faults', { html: true })).body.faults).toHaveLength(1);
  });

  const post = (path: string, body: unknown) => {
    const headers = { authorization: `Bearer ${sandbox.matonKey}`, 'content-type': 'application/json' };
    return ask(sandbox.url, { method: 'POST', path, headers, body: JSON.stringify(body) });
  };
  const text = (length: number) => ({
    version: 'v2',
    content: { messages: [{ type: 'text', text: 'x'.repeat(length) }] },
  });

  test('a body of more than 100,000 characters is cut in the log, and the record says so', async () => {
    const whole = { name: 'x'.repeat(90_000) };
    const long = { name: 'y'.repeat(200_000) };
    await post('/anything', whole);
    await post('/anything', long);
    await post('/anything', { name: 'z'.repeat(1_000_001) });
    const [first, second, third] = sandbox.requests();
    expect(first).toMatchObject({ body: whole });
    expect(first).not.toHaveProperty('cut_from_bytes');
    expect(second).toMatchObject({ body: JSON.stringify(long).slice(0, 100_000), cut_from_bytes: 200_011 });
    expect(third).toMatchObject({ cut_from_bytes: 1_000_012 });
    expect(third).not.toHaveProperty('body');
  });

  test('the oldest requests are forgotten after 32 million characters, and it says how many', async () => {
    const asked = { name: 'x'.repeat(99_000) };
    for (let count = 0; count < 400; count += 1) await post(`/${count}`, asked);
    const { body } = await order('requests', '', 'GET');
    expect(body.requests.length).toBeLessThan(330);
    expect(body.requests.length).toBeGreaterThan(100);
    expect(body.forgotten).toBe(400 - body.requests.length);
    expect(body.requests.at(-1).path).toBe('/399');
    await order('reset', {});
    expect((await order('requests', '', 'GET')).body).toEqual({ requests: [] });
  });

  test('a message of more than 100,000 characters is noted without its content', async () => {
    const data = {
      ...text(1),
      content: { messages: [{ type: 'image', url: `https://example.com/${'x'.repeat(100_000)}` }] },
    };
    const body = { subscriber_id: 123456789, data };
    expect((await post('/manychat/fb/sending/sendContent', body)).status).toBe(200);
    expect((await post('/manychat/fb/sending/sendContent', { ...body, data: text(5) })).status).toBe(200);
    const [cut, kept] = sandbox.messages();
    expect(cut).toMatchObject({ id: 1, messages: [], quick_replies: [], cut_from_characters: expect.any(Number) });
    expect(kept).toMatchObject({ id: 2, messages: [{ type: 'text', text: 'xxxxx' }] });
    expect(kept).not.toHaveProperty('cut_from_characters');
  });

  test('the oldest messages are forgotten too, and the others keep their numbers', async () => {
    const data = {
      ...text(1),
      content: { messages: [{ type: 'image', url: `https://example.com/${'x'.repeat(99_000)}` }] },
    };
    for (let count = 0; count < 400; count += 1)
      await post('/manychat/fb/sending/sendContent', { subscriber_id: 123456789, data });
    const { body } = await order('messages', '', 'GET');
    expect(body.messages.length).toBeLessThan(330);
    expect(body.forgotten).toBe(400 - body.messages.length);
    expect(body.messages.at(-1).id).toBe(400);
  });

  test('1,000 connections, tags and fields of a kind', async () => {
    const create = async (path: string, body: (count: number) => object) => {
      for (let count = 0; count < 1_000; count += 1) {
        const { status } = await post(path, body(count));
        if (status !== 200) return status;
      }
      return 200;
    };
    expect(await create('/connections', () => ({ app: 'manychat' }))).toBe(400);
    expect(await create('/manychat/fb/page/createTag', (count) => ({ name: `t${count}` }))).toBe(400);
    const field = (count: number) => ({ caption: `f${count}`, name: `f${count}`, type: 'text' });
    expect(await create('/manychat/fb/page/createCustomField', field)).toBe(400);
    expect(await create('/manychat/fb/page/createBotField', field)).toBe(400);
    const { connections } = JSON.parse((await ask(sandbox.url, { path: '/sandbox' })).text);
    expect(connections).toHaveLength(1_000);
    const long = { name: 'x'.repeat(10_001), caption: 'x'.repeat(10_001), type: 'text' };
    await order('reset', {});
    for (const path of ['createTag', 'createCustomField', 'createBotField'])
      expect((await post(`/manychat/fb/page/${path}`, long)).status, path).toBe(400);
  });
});
