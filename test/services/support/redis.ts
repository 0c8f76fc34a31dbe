import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Service, startService } from './service.js';

/** A Redis of its own, whose data survive `kill` and `start`. */
export interface Redis extends Service {
  readonly url: string;
  /** Ends it, and removes its data. */
  close(): Promise<void>;
}

/**
 * Starts redis-server with an append-only file, on a free port of loopback.
 * @param options more of its command line, such as `['--requirepass', 'secret']`.
 */
export async function startRedis(options: readonly string[] = []): Promise<Redis> {
  const folder = mkdtempSync(join(tmpdir(), 'manychat-mcp-redis-'));
  const fixed = [
    '--bind',
    '127.0.0.1',
    '--dir',
    folder,
    '--save',
    '',
    '--appendonly',
    'yes',
    '--appendfsync',
    'always',
  ];
  const needsPassword = options.includes('--requirepass');
  const service = await startService({
    command: 'redis-server',
    args: (port) => [...fixed, '--port', String(port), ...options],
    // It accepts connections while it still loads its data.
    greeting: { text: 'PING\r\n', reply: needsPassword ? 'NOAUTH' : '+PONG' },
  });
  return {
    ...service,
    url: `redis://127.0.0.1:${service.port}`,
    async close() {
      await service.kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
