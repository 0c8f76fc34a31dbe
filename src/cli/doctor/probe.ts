import { CallError, type Failure } from '../../../tools/contract/failure.js';
import type { Result } from '../../../tools/contract/json.js';
import { oneLine } from '../../../tools/contract/quoted.js';
import { getPage } from '../../../tools/endpoints/page.js';
import type { Account } from '../../account/account.js';
import type { Outcome } from '../../account/call/call-tool.js';
import { pageIn, pageText } from '../../account/lookups/connections/pages/page.js';
import { plainTool } from '../../account/policy/tool.js';
import { manychatKeyIn } from '../../config/accounts/keys.js';
import { withoutHidden } from '../../text/safe-text.js';
import { toolNamed } from '../commands/tool-by-name.js';
import type { Shell } from '../shell/shell.js';
import { adviceOn } from './advice.js';
import { type Finding, failed } from './finding.js';

/** Calls tools of an account for the checks, and words what comes back. */
export interface Probe {
  /** The words that start this program. */
  readonly program: string;
  /** The name of the account in the accounts file, if it has one. */
  readonly account: string | undefined;
  /** A text on one line, without hidden characters and without anything that is or looks like a key. */
  clean(text: string): string;
  call(tool: string, args?: Result): Promise<Outcome>;
  /** The finding about a failed call; `connection` is the one to name in the advice. */
  failure(check: string, failure: Failure, connection?: string): Finding;
  /** The id of the connection that every call uses. */
  pinnedId(): Promise<{ readonly id: string } | { readonly failure: Failure }>;
  /** The page behind a connection, or behind the pinned one or the key if `connection` is undefined. */
  readPage(connection?: string): Promise<{ readonly text: string } | { readonly failure: Failure }>;
}

/** An HTML page instead of the API does not go away by itself, although the call can be retried. */
const isPassing = ({ kind, retryable }: Failure): boolean => retryable && kind !== 'bad_response';

/** Creates the probe of an account; calls end when `ending` fires. */
export function createProbe(account: Account, { ending, program }: Pick<Shell, 'ending' | 'program'>): Probe {
  const { access, name } = account.settings;
  const reached = { direct: access.mode === 'direct', account: name };
  const clean = (text: string): string =>
    account.redactor.forFailure(oneLine(withoutHidden(text))).replace(manychatKeyIn, '[key]');
  const call = (tool: string, args: Result = {}): Promise<Outcome> =>
    account.call(toolNamed(tool, account.everyTool), args, { signal: ending, whole: true });
  return {
    program,
    account: name,
    clean,
    call,
    failure: (check, failure, connection) =>
      failed(check, clean(failure.message), clean(adviceOn(program, failure, reached, connection)), isPassing(failure)),
    async pinnedId() {
      try {
        return { id: (await account.pipeline.connectionOf(getPage, undefined, ending)) ?? '' };
      } catch (error) {
        if (error instanceof CallError) return { failure: error.failure };
        throw error;
      }
    },
    async readPage(connectionId) {
      const outcome = await account.call(plainTool(getPage), {}, { signal: ending, whole: true, connectionId });
      if (!outcome.ok) return { failure: outcome.failure };
      const page = pageIn(outcome.result);
      return { text: clean(page === undefined ? 'a page without a name and an id' : pageText(page)) };
    },
  };
}
