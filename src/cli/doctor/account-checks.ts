import type { Failure } from '../../../tools/contract/failure.js';
import { isObject, type Result } from '../../../tools/contract/json.js';
import { idText, oneLine, quoted } from '../../../tools/contract/quoted.js';
import type { Account } from '../../account/account.js';
import type { Outcome } from '../../account/call/call-tool.js';
import type { Host } from '../../account/host.js';
import { type ConnectionRecord, connectionsIn } from '../../account/lookups/connection-record.js';
import { byCreation, shownConnection } from '../../account/lookups/connections.js';
import { manychatKeyIn } from '../../config/keys.js';
import { withoutHidden } from '../../text/safe-text.js';
import { toolNamed } from '../commands/tool-by-name.js';
import { adviceOn, connectIt, deleteIt, pinIt, showIt } from './advice.js';
import { type Finding, failed, ok, skipped, warning } from './finding.js';

/** A listed connection. */
type Listed = Pick<ConnectionRecord, 'id' | 'created'> & { readonly status: string };

/** What the checks of an account stand on. */
export interface AccountParts {
  readonly host: Host;
  readonly account: Account;
  readonly ending: AbortSignal;
  /** Names of the addresses that answer. */
  readonly reached: ReadonlySet<string>;
}

/** Pages that are asked for where several connections are ACTIVE. */
const mostPages = 5;
const mostListed = 10;

/** The day of a moment, as far as it looks like one. */
const dayOf = (moment: string): string => idText(moment.slice(0, 10));

/** Failures after which the same may succeed later; something else than the API that answers is none of them. */
const isPassing = ({ kind, retryable }: Failure): boolean => retryable && kind !== 'bad_response';

const textOf = (value: unknown): string =>
  typeof value === 'string' || typeof value === 'number' ? String(value) : '';

/** The connections of the Maton account, oldest first; one without a status is used as if it were ACTIVE. */
const listedIn = (result: Result): Listed[] =>
  connectionsIn(result)
    .map(({ id, status = 'ACTIVE', created }) => ({ id, status, created }))
    .toSorted(byCreation);

/** Makes the checks that need the account, one after another. */
export async function* checkAccount({ host, account, ending, reached }: AccountParts): AsyncGenerator<Finding> {
  const { access, connection: pinned } = account.settings;
  /** On one line, without what hides text, and without anything that is or looks like a key. */
  const clean = (text: string): string =>
    host.redactor.forFailure(oneLine(withoutHidden(text))).replace(manychatKeyIn, '[key]');
  const call = (name: string, args: Result = {}): Promise<Outcome> =>
    account.call(toolNamed(name, account.everyTool), args, { signal: ending });
  const failure = (name: string, why: Failure, connection?: string): Finding =>
    failed(name, clean(why.message), clean(adviceOn(why, access.mode === 'direct', connection)), isPassing(why));

  async function pageOf(connection: string | undefined): Promise<{ text: string } | { why: Failure }> {
    const chosen = connection === undefined || pinned !== undefined ? {} : { connection_id: connection };
    const outcome = await call('manychat_get_page', chosen);
    if (!outcome.ok) return { why: outcome.failure };
    const page = isObject(outcome.result.page) ? outcome.result.page : {};
    const [name, id] = [textOf(page.name), textOf(page.id)];
    const named = name === '' ? 'a page without a name' : quoted(name);
    return { text: clean(`${named} (id ${id === '' ? 'not told' : idText(id)})`) };
  }

  async function* direct(): AsyncGenerator<Finding> {
    const page = await pageOf(undefined);
    if ('text' in page) {
      yield ok('key accepted', 'ManyChat accepts the key');
      yield ok('page', page.text);
    } else if (page.why.kind === 'manychat_auth') {
      yield failure('key accepted', page.why);
      yield skipped('page', 'the key is not accepted');
    } else {
      yield skipped('key accepted', 'the page, which would show it, did not answer');
      yield failure('page', page.why);
    }
  }

  function connections(all: readonly Listed[], active: readonly Listed[]): Finding {
    const named = (each: Listed): string =>
      `${idText(each.id)} ${idText(each.status)}${each.created === '' ? '' : ` (made ${dayOf(each.created)})`}`;
    const more = all.length > mostListed ? `, and ${all.length - mostListed} more` : '';
    const found = clean(all.slice(0, mostListed).map(named).join(', ') + more);
    const idsOf = (status: string) => all.filter((each) => each.status === status).map(({ id }) => id);
    const [pending] = idsOf('PENDING');
    const [broken] = idsOf('FAILED');
    const [oldest] = active;
    const several = active.length > 1 && pinned === undefined ? oldest : undefined;
    const advice = [
      ...(several === undefined
        ? []
        : [
            `Reads use the oldest, ${idText(several.id)}; a call that changes or sends is refused unless it names one.`,
            pinIt('ID'),
          ]),
      ...(pending === undefined
        ? []
        : [`PENDING waits for the ManyChat key to be entered: ${showIt(pending)}`, `Or ${deleteIt(pending)}`]),
      ...(broken === undefined ? [] : [`FAILED never becomes ACTIVE: ${connectIt}`, deleteIt(broken)]),
      ...([...active, pending, broken].every((each) => each === undefined) ? [connectIt] : []),
    ].map(clean);
    if (all.length === 0) return failed('connections', 'no ManyChat account is connected', connectIt);
    if (active.length === 0) return failed('connections', `none is ACTIVE; ${found}`, advice.join('\n'));
    return advice.length === 0 ? ok('connections', found) : warning('connections', found, advice.join('\n'));
  }

  /** The pinned connection, which the list need not hold: it may be one of another app. */
  async function pinnedConnection(id: string, all: readonly Listed[]): Promise<Finding> {
    const name = 'pinned connection';
    const told = shownConnection(id);
    const listed = all.find((each) => each.id === id);
    if (listed?.status === 'ACTIVE') return ok(name, clean(`${told} is ACTIVE`));
    const other = 'Set MATON_CONNECTION_ID to one that is ACTIVE, or leave it out.';
    if (listed !== undefined) {
      const done = listed.status === 'PENDING' ? showIt(id) : connectIt;
      return failed(name, clean(`${told} is ${idText(listed.status)}`), clean(`${other} ${done}`));
    }
    const outcome = await call('manychat_get_connection', { connection_id: id });
    if (outcome.ok) return failed(name, clean(`${told} exists, but is no ManyChat connection`), other);
    if (outcome.failure.kind === 'connection_not_found') return failed(name, clean(`${told} does not exist`), other);
    return failure(name, outcome.failure);
  }

  async function* pages(used: string, others: readonly string[]): AsyncGenerator<Finding> {
    const page = await pageOf(used);
    yield 'text' in page ? ok('page', page.text) : failure('page', page.why, used);
    for (const id of others) {
      const other = await pageOf(id);
      yield 'text' in other
        ? ok(clean(`page of ${idText(id)}`), other.text)
        : warning(clean(`page of ${idText(id)}`), clean(other.why.message), clean(adviceOn(other.why, false, id)));
    }
  }

  async function* throughMaton(): AsyncGenerator<Finding> {
    const gatewayAnswers = reached.has('gateway');
    const listed = reached.has('control') ? await call('manychat_list_connections') : undefined;
    if (listed === undefined) yield skipped('key accepted', 'the connections API is not reached');
    else yield listed.ok ? ok('key accepted', 'Maton accepts the key') : failure('key accepted', listed.failure);
    let used = pinned;
    let others: readonly string[] = [];
    if (listed?.ok === true) {
      const all = listedIn(listed.result);
      const active = all.filter(({ status }) => status === 'ACTIVE');
      yield connections(all, active);
      if (pinned === undefined) [used, ...others] = active.map(({ id }) => id);
      else {
        const finding = await pinnedConnection(pinned, all);
        yield finding;
        if (finding.status === 'failed' && finding.passing !== true) used = undefined;
      }
    } else {
      yield skipped('connections', 'they cannot be listed');
      if (pinned !== undefined) yield skipped('pinned connection', 'connections cannot be listed');
    }
    if (listed?.ok === false && listed.failure.kind === 'gateway_auth')
      yield skipped('page', 'the key is not accepted');
    else if (!gatewayAnswers) yield skipped('page', 'the gateway is not reached');
    else if (listed?.ok !== true && used === undefined) yield skipped('page', 'it is not known with which connection');
    else if (used === undefined) yield skipped('page', 'there is no connection that works');
    else yield* pages(used, others.slice(0, mostPages - 1));
  }

  yield* access.mode === 'direct' ? direct() : throughMaton();
}
