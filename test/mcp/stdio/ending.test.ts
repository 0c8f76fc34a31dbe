import { PassThrough } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { watchEnd } from '../../../src/mcp/stdio/ending.js';
import { settle } from '../../support/timing.js';

const errorOf = (code: string): Error => Object.assign(new Error(`it failed: ${code}`), { code });

describe('a connection', () => {
  const watch = () => {
    const streams = { stdin: new PassThrough(), stdout: new PassThrough() };
    return { ...streams, fault: watchEnd(streams) };
  };

  test('whose stdin has ended was closed by the client', async () => {
    const { stdin, fault } = watch();
    stdin.resume().end();
    await settle();
    expect(fault()).toBeUndefined();
  });

  test.each(['EPIPE', 'ECONNRESET', 'EOF'])('whose other side is gone (%s) has ended with the client', async (code) => {
    for (const side of ['stdin', 'stdout'] as const) {
      const connection = watch();
      connection[side].destroy(errorOf(code));
      await settle();
      expect(connection.fault()).toBeUndefined();
    }
  });

  test.each(['stdin', 'stdout'] as const)('that has failed at %s tells how', async (side) => {
    const connection = watch();
    connection[side].destroy(errorOf('EIO'));
    await settle();
    expect(connection.fault()).toMatchObject({ code: 'EIO' });
  });

  test('that was closed although the client is there has failed', () => {
    expect(watch().fault()).toMatchObject({ message: 'the connection was closed from within' });
  });

  test('that has failed after the client had closed it has not failed', async () => {
    const { stdin, stdout, fault } = watch();
    stdin.resume().end();
    stdout.destroy(errorOf('EIO'));
    await settle();
    expect(fault()).toBeUndefined();
  });
});
