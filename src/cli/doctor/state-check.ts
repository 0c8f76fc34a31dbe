import type { Config } from '../../config/config.js';
import { StoreAway } from '../../store/shared-store.js';
import { openStateStore, statePlace } from '../shell/shared-state.js';
import type { Shell } from '../shell/shell.js';
import { type Finding, ok, warning } from './finding.js';

const name = 'shared limits';

/** Checks that the processes of the user can share limits and sends. It works without, so this is never a failure. */
export async function checkState(config: Config, shell: Shell): Promise<Finding> {
  const place = statePlace(config, shell);
  if ('none' in place) return ok(name, `not shared: ${place.none}`);
  const { path } = place;
  try {
    const store = await openStateStore(path, shell);
    await store.transact([], () => undefined).finally(() => store.close());
    return ok(name, `in ${path}`);
  } catch (error) {
    if (!(error instanceof StoreAway)) throw error;
    return warning(
      name,
      `the state file ${path} cannot be used: ${error.message}`,
      'Until it can, each process has its own limits: do not run several at the same time.\nRemove what stands in its place, or name another file in MANYCHAT_MCP_STATE_FILE.',
    );
  }
}
