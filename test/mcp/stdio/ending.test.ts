import { PassThrough } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { watchEnd } from '../../../src/mcp/stdio/ending.js';
import { settle } from '../../support/timing.js';

const errorOf = (code: string): Error => Object.assign(new Error(`it failed: ${code}`), { code });

describe('the end of a connection', () => {
  const watch = () => {
    const streams = { stdin: new PassThrough(), stdout: new PassThrough() };
    return { ...streams, fault: watchEnd(streams) };
  };

  test('at the end of stdin is no fault', async () => {
    const { stdin, fault } = watch();
    stdin.resume().end();
    await settle();
    expect(fault()).toBeUndefined();
  });

  test.each(['EPIPE', 'ECONNRESET', 'EOF'])('with %s, where the client is gone, is no fault', async (code) => {
    for (const stream of ['stdin', 'stdout'] as const) {
      const connection = watch();
      connection[stream].destroy(errorOf(code));
      await settle();
      expect(connection.fault()).toBeUndefined();
    }
  });

  test.each(['stdin', 'stdout'] as const)('with another error on %s is that fault', async (stream) => {
    const connection = watch();
    connection[stream].destroy(errorOf('EIO'));
    await settle();
    expect(connection.fault()).toMatchObject({ code: 'EIO' });
  });

  test('by the server itself is a fault', () => {
    expect(watch().fault()).toMatchObject({ message: 'the connection was closed by the server' });
  });

  test('at the end of stdin is no fault, even if stdout fails afterwards', async () => {
    const { stdin, stdout, fault } = watch();
    stdin.resume().end();
    stdout.destroy(errorOf('EIO'));
    await settle();
    expect(fault()).toBeUndefined();
  });
});
