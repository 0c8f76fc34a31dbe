import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startRedis } from '../../test/services/support/redis.js';
import { pathOf } from '../root.js';

/** The stores that processes share here, and the Node.js that uses them. */
export interface SharedStores {
  readonly node: string;
  /** A new path for a state file, or why there is none. */
  readonly sqlite: (() => string) | string;
  /** The URL of a database that nothing else uses, or why there is none. */
  readonly redis: (() => string) | string;
  close(): Promise<void>;
}

/** A Node.js with SQLite: this one, or the one that the tests with services bring. */
function nodeWithSqlite(): string | undefined {
  if (process.getBuiltinModule('node:sqlite') !== undefined) return process.execPath;
  const brought = pathOf('test/services/node_modules/node-24/bin/node');
  return existsSync(brought) ? brought : undefined;
}

/** Starts a redis-server if it is installed, and finds a Node.js with SQLite. */
export async function openSharedStores(): Promise<SharedStores> {
  const folder = mkdtempSync(join(tmpdir(), 'manychat-mcp-bench-'));
  const node = nodeWithSqlite();
  const redis = await startRedis().catch((error: Error) => error.message);
  let opened = 0;
  const next = (): number => {
    opened += 1;
    return opened;
  };
  return {
    node: node ?? process.execPath,
    sqlite:
      node === undefined
        ? 'needs Node.js 22.13 or newer, which npm run services installs'
        : () => join(folder, `${next()}.db`),
    redis: typeof redis === 'string' ? redis : () => `${redis.url}/${next() % 16}`,
    async close() {
      if (typeof redis !== 'string') await redis.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
