import type { Config } from '../../config/config.js';
import { type SharedStore, StoreAway } from '../../store/shared-store.js';
import { openState, openStateStore, statePlace } from '../shell/shared-state.js';
import type { Shell } from '../shell/shell.js';
import { type Finding, failed, ok, warning } from './finding.js';

const name = 'shared limits';

/** Uses a store once, and closes it. @throws StoreAway */
const reach = (store: SharedStore): Promise<void> => store.transact([], () => undefined).finally(() => store.close());

/** Checks that processes can share limits and sends. Without a state file everything works; without a configured Redis nothing does. */
export async function checkState(config: Config, shell: Shell): Promise<Finding> {
  const place = statePlace(config, shell);
  if ('none' in place) return ok(name, `not shared: ${place.none}`);
  try {
    if ('redis' in place) await reach(await openState(place, shell, () => undefined));
    else await reach(await openStateStore(place.path, shell));
    return ok(name, 'redis' in place ? 'in Redis' : `in ${place.path}`);
  } catch (error) {
    if (!(error instanceof StoreAway)) throw error;
    if ('redis' in place)
      return failed(
        name,
        error.message,
        'Calls wait for Redis and then fail, so that limits are kept and nothing is sent twice.\nCheck MANYCHAT_MCP_REDIS_URL, and that Redis runs and can be reached from here.',
      );
    const { path } = place;
    return warning(
      name,
      `the state file ${path} cannot be used: ${error.message}`,
      'Until it can, each process has its own limits: do not run several at the same time.\nRemove what stands in its place, or name another file in MANYCHAT_MCP_STATE_FILE.',
    );
  }
}
