import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { Webhook } from 'standardwebhooks';
import { expect, onTestFinished, test } from 'vitest';
import { createForwarder } from '../../../../src/cli/commands/listen/forward.js';
import { createWebhookPoster, webhookAddressProblem } from '../../../../src/upstream/client/post-webhook.js';
import type { Clock } from '../../../../src/upstream/clock.js';

const never = new AbortController().signal;
const secret = `whsec_${Buffer.from('a secret of twenty-four by').toString('base64')}`;
const now = () => Date.now();

/** An address on loopback, and what was posted to it. */
async function address(answer: (response: ServerResponse, attempt: number) => void) {
  const posts: { headers: IncomingMessage['headers']; body: string; url: string | undefined }[] = [];
  const server = createServer(async (request, response) => {
    posts.push({ headers: request.headers, body: await text(request), url: request.url });
    answer(response, posts.length);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const at = server.address();
  if (at === null || typeof at === 'string') throw new Error('it listens on a port');
  return { posts, url: new URL(`http://127.0.0.1:${at.port}/hook?shop=1`) };
}

/** A forwarder whose waits take no time, and what they were. */
async function forwarder(url: URL) {
  const limitMs = 60_000;
  const waits: number[] = [];
  const clock: Clock = {
    now: () => 0,
    after(milliseconds, callBack) {
      if (milliseconds === limitMs) return () => undefined;
      waits.push(milliseconds);
      setImmediate(callBack);
      return () => undefined;
    },
  };
  const created = await createForwarder(url, secret, { clock, now, limitMs });
  onTestFinished(() => created.close());
  return { ...created, waits };
}

test('posts a message that its receiver can verify, and returns the answer', async () => {
  const { posts, url } = await address((response) => response.end('{"text":"Yes"}'));
  const { forward } = await forwarder(url);
  expect(await forward('m-1', '{"from_contact":"Hello"}', never)).toBe('{"text":"Yes"}');
  const [post] = posts;
  expect([post?.url, post?.headers['content-type']]).toEqual(['/hook?shop=1', 'application/json']);
  const headers = Object.fromEntries(
    ['webhook-id', 'webhook-timestamp', 'webhook-signature'].map((name) => [name, String(post?.headers[name])]),
  );
  expect(headers['webhook-id']).toBe('m-1');
  expect(new Webhook(secret).verify(post?.body ?? '', headers)).toEqual({ from_contact: 'Hello' });
  expect(() => new Webhook(secret).verify('{"from_contact":"Bye"}', headers)).toThrow('No matching signature');
});

test('tries again, under the same id, after what can pass', async () => {
  const { posts, url } = await address((response, attempt) => {
    if (attempt === 1) response.destroy();
    else if (attempt === 2) response.writeHead(503).end();
    else response.end('Yes');
  });
  const { forward, waits } = await forwarder(url);
  expect(await forward('m-1', '{}', never)).toBe('Yes');
  expect([posts.map(({ headers }) => headers['webhook-id']), waits]).toEqual([
    ['m-1', 'm-1', 'm-1'],
    [1_000, 5_000],
  ]);
});

test('gives up after four attempts, and at once after a refusal', async () => {
  const away = await address((response) => response.writeHead(502).end());
  const { forward } = await forwarder(away.url);
  await expect(forward('m-1', '{}', never)).rejects.toThrow('status 502');
  expect(away.posts).toHaveLength(4);
  const refusing = await address((response) => response.writeHead(401).end());
  await expect((await forwarder(refusing.url)).forward('m-1', '{}', never)).rejects.toThrow('status 401');
  expect(refusing.posts).toHaveLength(1);
});

test('follows no redirect', async () => {
  const target = await address((response) => response.end('Yes'));
  const { url } = await address((response) => response.writeHead(307, { location: target.url.href }).end());
  await expect((await forwarder(url)).forward('m-1', '{}', never)).rejects.toThrow('status 307');
  expect(target.posts).toEqual([]);
});

test.each([
  ['http://example.com/', 'https'],
  ['ftp://127.0.0.1/', 'https'],
  ['https://user:password@example.com/', 'password'],
  ['https://10.0.0.7/', 'private'],
  ['https://192.168.1.1/', 'private'],
  ['https://169.254.169.254/', 'private'],
  ['https://[fd00::1]/', 'private'],
  ['https://[::ffff:10.0.0.1]/', 'private'],
  ['https://0x0a000001/', 'private'],
  ['https://2130706433/', undefined],
])('says what is wrong with the address %s', (address, problem) => {
  const found = webhookAddressProblem(new URL(address));
  if (problem === undefined) expect(found).toBeUndefined();
  else expect(found).toContain(problem);
});

test('reaches no private address by its name', async () => {
  const { posts, url } = await address((response) => response.end('Yes'));
  // A name that is not read as loopback, but leads there.
  const poster = await createWebhookPoster(new URL(`http://localhost.:${url.port}/`));
  onTestFinished(() => poster.close());
  await expect(poster.post('{}', {}, never)).rejects.toThrow('could not be reached');
  expect(posts).toEqual([]);
});
