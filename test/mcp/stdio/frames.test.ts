import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import { Server, toolCall } from '../../support/framed.js';
import { frames, mutationsByKind, pick } from '../../support/mutated.js';
import { createRandom } from '../../support/random.js';

const seed = 20_260_731;
const mutations = 5_000;

describe('the server survives', () => {
  let server: Server;
  afterEach(() => server.child.kill('SIGKILL'));

  test.each(['legacy', 'modern'] as const)(`${mutations} mutated frames, %s era`, { timeout: 120_000 }, async (era) => {
    server = new Server(era);
    await server.isAlive();
    const random = createRandom(seed);
    const originals = frames(era);
    const kinds = Object.entries(mutationsByKind);
    for (const [kind, mutate] of kinds) {
      for (let count = 0; count < mutations / kinds.length; count += 1) {
        server.write(Buffer.concat([Buffer.from(mutate(pick(originals, random), random)), Buffer.from('\n')]));
        if (count % 50 === 0) await turn();
      }
      await server.isAlive().catch((error: unknown) => {
        throw new Error(`seed ${seed}, after ${kind}: ${error}`);
      });
    }
    await server.close();
  });

  test('10,000 levels of nesting', async () => {
    server = new Server();
    const levels = 10_000;
    for (const deep of [
      '['.repeat(levels) + ']'.repeat(levels),
      `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`,
      '['.repeat(levels),
    ]) {
      const call = toolCall('legacy', 1, 'manychat_send_content', { subscriber_id: 1, data: { version: 'v2' } });
      for (const frame of [
        deep,
        call.replace('"v2"', deep),
        call.replace('{"version":"v2"}', deep),
        call.replace(
          '{"version":"v2"}',
          `{"version":"v2","content":{"messages":[{"type":"text","text":"x","y":${deep}}]}}`,
        ),
        call.replace('"id":1', `"id":${deep}`),
        call.replace('"params":{', `"params":{"_meta":{"progressToken":${deep}},`),
      ]) {
        server.send(frame);
        await server.isAlive();
      }
    }
    await server.close();
  });

  test('a frame in two chunks, wherever it is cut, and byte by byte', async () => {
    server = new Server();
    const args = { 'ключ 🌻': 1 };
    const length = Buffer.byteLength(server.probe(args).frame);
    for (let at = 1; at < length; at += 1) {
      const { frame, answer } = server.probe(args);
      const bytes = Buffer.from(`${frame}\n`);
      server.write(bytes.subarray(0, at));
      await turn();
      server.write(bytes.subarray(at));
      expect(await answer).toContain('ключ 🌻');
    }
    const { frame, answer } = server.probe(args);
    for (const byte of Buffer.from(`${frame}\n`)) {
      server.write(Buffer.from([byte]));
      await turn();
    }
    expect(await answer).toContain('ключ 🌻');
    await server.close();
  });

  test('many frames in one chunk', async () => {
    server = new Server();
    const probes = Array.from({ length: 200 }, () => server.probe());
    server.write(
      probes.map(({ frame }, index) => `${frame}${index % 3 === 0 ? '\r\n' : '\n'}`).join('not a frame\n\n'),
    );
    for (const { answer } of probes) expect(await answer).toContain('not_configured');
    await server.close();
  });
});
