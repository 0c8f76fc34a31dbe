import { idText } from '../../../tools/contract/quoted.js';
import { isMatonId } from '../../../tools/contract/reference.js';
import type { Account } from '../../account/account.js';
import type { Shell } from '../shell/shell.js';
import { adviceOn } from './advice.js';
import { activeOf, checkConnections, checkPinned, checkPinnedPage, listedConnections } from './connection-checks.js';
import { type Finding, ok, skipped, warning } from './finding.js';
import { createProbe, type Probe } from './probe.js';

/** What the checks of an account work with. */
export interface AccountParts {
  readonly account: Account;
  readonly shell: Pick<Shell, 'ending' | 'program'>;
  /** Names of the addresses that answer. */
  readonly reachable: ReadonlySet<string>;
}

/** Pages of further connections that are tried once more, to say what is wrong with each. */
const maxUnread = 4;

/** Makes the checks that need the account, one after another. */
export function checkAccount({ account, shell, reachable }: AccountParts): AsyncGenerator<Finding> {
  const { access, connection } = account.settings;
  const probe = createProbe(account, shell);
  return access.mode === 'direct' ? checkDirect(probe) : checkThroughMaton(probe, connection, reachable);
}

async function* checkDirect({ failure, readPage }: Probe): AsyncGenerator<Finding> {
  const page = await readPage();
  if ('text' in page) {
    yield ok('key accepted', 'ManyChat accepts the key');
    yield ok('page', page.text);
  } else if (page.failure.kind === 'manychat_auth') {
    yield failure('key accepted', page.failure);
    yield skipped('page', 'the key is not accepted');
  } else {
    yield skipped('key accepted', 'reading the page, which would show it, failed');
    yield failure('page', page.failure);
  }
}

async function* checkThroughMaton(
  probe: Probe,
  pinned: string | undefined,
  reachable: ReadonlySet<string>,
): AsyncGenerator<Finding> {
  const listed = reachable.has('control') ? await probe.call('manychat_list_connections') : undefined;
  if (listed === undefined) yield skipped('key accepted', 'the connections API is not reachable');
  else if (listed.ok) yield ok('key accepted', 'Maton accepts the key');
  else yield probe.failure('key accepted', listed.failure);

  if (listed?.ok !== true) {
    yield skipped('connections', 'they cannot be listed');
    if (pinned !== undefined) yield skipped('pinned connection', 'connections cannot be listed');
    if (listed?.failure.kind === 'gateway_auth') yield skipped('page', 'the key is not accepted');
    else if (!reachable.has('gateway')) yield skipped('page', 'the gateway is not reachable');
    else if (pinned === undefined) yield skipped('page', 'it is unknown which connection to use');
    else yield* checkPages(probe, { id: pinned, isPinned: true }, []);
    return;
  }

  const connections = listedConnections(listed.result);
  yield checkConnections(connections, pinned, probe);
  const [oldest, ...others] = activeOf(connections);
  let id = oldest?.id;
  if (pinned !== undefined && (isMatonId(pinned) || connections.some((each) => each.id === pinned))) {
    const finding = await checkPinned(pinned, connections, probe);
    yield finding;
    const isUnusable = finding.status === 'failed' && finding.passing !== true;
    id = isUnusable ? undefined : pinned;
  } else if (pinned !== undefined) {
    const { finding, id: found } = await checkPinnedPage(pinned, probe);
    yield finding;
    id = found;
  }
  const otherIds = pinned === undefined ? others.flatMap((each) => (each.page === undefined ? each.id : [])) : [];
  if (!reachable.has('gateway')) yield skipped('page', 'the gateway is not reachable');
  else if (id === undefined) yield skipped('page', 'no connection can be used');
  else yield* checkPages(probe, { id, isPinned: pinned !== undefined }, otherIds.slice(0, maxUnread));
}

/** Reads the page of the connection that is used, and those of others for comparison. A pinned one is never named. */
async function* checkPages(
  { program, account, clean, failure, readPage }: Probe,
  used: { readonly id: string; readonly isPinned: boolean },
  otherIds: readonly string[],
): AsyncGenerator<Finding> {
  const page = await readPage(used.isPinned ? undefined : used.id);
  yield 'text' in page ? ok('page', page.text) : failure('page', page.failure, used.id);
  for (const id of otherIds) {
    const check = clean(`page of ${idText(id)}`);
    const other = await readPage(id);
    yield 'text' in other
      ? ok(check, other.text)
      : warning(
          check,
          clean(other.failure.message),
          clean(adviceOn(program, other.failure, { direct: false, account }, id)),
        );
  }
}
