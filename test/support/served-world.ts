import { onTestFinished } from 'vitest';
import { type ArrivalLimits, sandboxServer } from '../../src/sandbox/server.js';
import type { Clock } from '../../src/sandbox/world/clock.js';
import { createWorld, type World } from '../../src/sandbox/world/world.js';
import { noon } from './sandboxed.js';

/** The inside of a sandbox for one test, and its address. Without HTML its page is not built. */
export async function servedWorld(
  page?: string,
  { clock = noon, limits }: { clock?: Clock; limits?: ArrivalLimits } = {},
): Promise<{ world: World; url: string }> {
  const settings = { limits: false, create_shape: 'wrapped', call_timeout_ms: 10_000 } as const;
  const world = createWorld({ clock, followers: 0, ...settings });
  const server = sandboxServer(world, { page: async () => page, ...(limits !== undefined && { limits }) });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(
    () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  );
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return { world, url: `http://127.0.0.1:${port}` };
}
