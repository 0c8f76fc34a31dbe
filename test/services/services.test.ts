import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { pathOf } from '../../scripts/root.js';
import { startRedis } from './support/redis.js';
import { startService } from './support/service.js';

/** Sends a command to a Redis, and returns the first reply. */
async function redisReply(port: number, command: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  socket.write(`${command}\r\n`);
  const [reply] = await once(socket, 'data');
  socket.destroy();
  return String(reply);
}

test('a Redis is ready when it is started, and has its data after it was killed', async () => {
  const redis = await startRedis();
  onTestFinished(() => redis.close());
  expect(await redisReply(redis.port, 'SET greeting hello')).toBe('+OK\r\n');
  await redis.kill();
  await expect(redisReply(redis.port, 'PING')).rejects.toThrow('ECONNREFUSED');
  await redis.start();
  expect(await redisReply(redis.port, 'GET greeting')).toBe('$5\r\nhello\r\n');
});

test('a service that is not installed fails with what to install', async () => {
  const started = startService({ command: 'no-such-service', args: () => [] });
  await expect(started).rejects.toThrow('apt-get install no-such-service');
});

test('a service that ends at once fails with what it wrote', async () => {
  await expect(startRedis(['--no-such-option'])).rejects.toThrow(/redis-server ended with 1:\n.*no-such-option/s);
});

test.each([22, 24])('Node.js %i is there', (major) => {
  const node = pathOf(`test/services/node_modules/node-${major}/bin/node`);
  expect(execFileSync(node, ['--version'], { encoding: 'utf8' })).toMatch(new RegExp(`^v${major}\\.`));
});
