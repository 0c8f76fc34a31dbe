import { describe, expect, test } from 'vitest';
import { ask } from '../support/asking.js';
import { controlApi } from '../support/control-api.js';
import { noon, useSandbox } from '../support/sandboxed.js';

const sandbox = useSandbox({ clock: noon, limits: false });

const { request, errorOf } = controlApi(sandbox);

describe('capacity of the sandbox', () => {
  test('holds 200 waiting faults; exhausted ones make room', async () => {
    for (let count = 0; count < 200; count += 1) sandbox.injectFault({ match: { path: `/${count}/` }, status: 500 });
    expect(await errorOf('faults', { hang: true })).toContain('200 faults');
    expect(() => sandbox.injectFault({ hang: true })).toThrow('200 faults');
    await ask(sandbox.url, { path: '/7/' });
    expect((await request('faults', { html: true })).status).toBe(200);
    expect(await errorOf('faults', { hang: true })).toContain('200 faults');
    await request('faults', '', 'DELETE');
    expect((await request('faults', { html: true })).body.faults).toHaveLength(1);
  });

  const post = (path: string, body: unknown) => {
    const headers = { authorization: `Bearer ${sandbox.matonKey}`, 'content-type': 'application/json' };
    return ask(sandbox.url, { method: 'POST', path, headers, body: JSON.stringify(body) });
  };
  const text = (length: number) => ({
    version: 'v2',
    content: { messages: [{ type: 'text', text: 'x'.repeat(length) }] },
  });

  test('cuts a logged body of more than 100,000 characters and reports its size', async () => {
    const short = { name: 'x'.repeat(90_000) };
    const long = { name: 'y'.repeat(200_000) };
    await post('/anything', short);
    await post('/anything', long);
    await post('/anything', { name: 'z'.repeat(1_000_001) });
    const [first, second, third] = sandbox.requests();
    expect(first).toMatchObject({ body: short });
    expect(first).not.toHaveProperty('cut_from_bytes');
    expect(second).toMatchObject({ body: JSON.stringify(long).slice(0, 100_000), cut_from_bytes: 200_011 });
    expect(third).toMatchObject({ cut_from_bytes: 1_000_012 });
    expect(third).not.toHaveProperty('body');
  });

  test('drops the oldest requests after 32 million characters and reports how many', async () => {
    const payload = { name: 'x'.repeat(99_000) };
    for (let count = 0; count < 400; count += 1) await post(`/${count}`, payload);
    const { body } = await request('requests', '', 'GET');
    expect(body.requests.length).toBeLessThan(330);
    expect(body.requests.length).toBeGreaterThan(100);
    expect(body.forgotten).toBe(400 - body.requests.length);
    expect(body.requests.at(-1).path).toBe('/399');
    await request('reset', {});
    expect((await request('requests', '', 'GET')).body).toEqual({ requests: [] });
  });

  test('records a message of more than 100,000 characters without its content', async () => {
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

  test('drops the oldest messages; the remaining ones keep their ids', async () => {
    const data = {
      ...text(1),
      content: { messages: [{ type: 'image', url: `https://example.com/${'x'.repeat(99_000)}` }] },
    };
    for (let count = 0; count < 400; count += 1)
      await post('/manychat/fb/sending/sendContent', { subscriber_id: 123456789, data });
    const { body } = await request('messages', '', 'GET');
    expect(body.messages.length).toBeLessThan(330);
    expect(body.forgotten).toBe(400 - body.messages.length);
    expect(body.messages.at(-1).id).toBe(400);
  });

  test('holds 1,000 connections, tags, custom fields and bot fields', async () => {
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
  });

  test('rejects names of more than 10,000 characters', async () => {
    const long = { name: 'x'.repeat(10_001), caption: 'x'.repeat(10_001), type: 'text' };
    for (const path of ['createTag', 'createCustomField', 'createBotField'])
      expect((await post(`/manychat/fb/page/${path}`, long)).status, path).toBe(400);
  });
});
