import { createHash } from 'node:crypto';
import type { Account } from '../../../account/account.js';
import type { Host } from '../../../account/host.js';
import { answerMessage } from '../../../account/inbox/calls/answer-message.js';
import { type AnswerResult, type Consumer, consume } from '../../../account/inbox/calls/consume.js';
import type { AnswerContent, HeardMessage } from '../../../account/inbox/inbox.js';
import { inboxScope } from '../../../account/inbox/shared-inbox.js';
import { listen } from '../../../mcp/http/listen.js';
import { realClock } from '../../../upstream/clock.js';
import { otherPaths } from '../inbound/beside-stdio.js';
import type { PreparedInbound } from '../inbound/open-inbound.js';
import { listenAt } from '../serve/listen-at.js';

const host = '127.0.0.1';

/** How messages are heard and answered without an agent that waits for them. */
export interface HearingOptions extends Pick<Consumer, 'onAway'> {
  /** Serves the calls of ManyChat on a loopback port; absent: other processes hear them. */
  readonly calls?: { readonly inbound: PreparedInbound; readonly port: number } | undefined;
  /** Tells this reader apart from others. */
  readonly consumer: string;
  /** Messages of an account that are worked on at once. */
  readonly atOnce: number;
  handle(account: Account, message: HeardMessage, signal: AbortSignal): Promise<AnswerContent | undefined>;
  onFailure(account: Account, ...failure: Parameters<Consumer['onFailure']>): void;
}

/** Messages that are being heard. */
export interface Hearing {
  /** Where ManyChat's calls are served, such as `http://127.0.0.1:8809/inbound`. */
  readonly url: string | undefined;
  /** Resolves when the signal has aborted, and what was worked on then is answered or given back. */
  readonly ended: Promise<void>;
}

/** Answers a message. @throws if the answer was refused, or may have arrived. */
async function answer(
  account: Account,
  { id: message }: HeardMessage,
  content: AnswerContent,
  signal: AbortSignal,
): Promise<AnswerResult> {
  const outcome = await answerMessage(account, { message, content, approved: false }, signal);
  if (outcome.ok) return 'done';
  const { failure } = outcome;
  if (failure.performed === 'no' && failure.retryable) return 'again';
  if (failure.performed === 'unknown') throw new Error('it is not known whether the answer arrived');
  throw new Error(`the answer was refused: ${failure.message}`);
}

/** Works through the messages of accounts until the signal aborts. @throws UsageError if it cannot listen on the port. */
export async function startHearing(
  { host: shared, accounts }: { readonly host: Host; readonly accounts: readonly Account[] },
  { calls, consumer, atOnce, handle, onFailure, onAway }: HearingOptions,
  signal: AbortSignal,
): Promise<Hearing> {
  const { inbox, log } = shared;
  if (inbox === undefined) throw new Error('a host that hears has an inbox');
  const inbound = calls?.inbound.open(
    inbox,
    async (name) => {
      const found = accounts.find(({ settings }) => name === undefined || settings.name === name);
      if (found === undefined) throw new Error('the endpoints serve accounts that were opened');
      return found.settings;
    },
    log,
  );
  const onError = (error: Error): void => log.warn({ error: error.name }, 'inbound');
  const server =
    calls === undefined || inbound === undefined
      ? undefined
      : await listenAt({ host, port: calls.port }, () =>
          listen(inbound.before(otherPaths), { host, port: calls.port, onError }),
        );
  const reader = createHash('sha256')
    .update(JSON.stringify(['listen', consumer]))
    .digest('base64url');
  const working = accounts.map((account) =>
    consume(
      inbox.of(inboxScope(account.settings)),
      {
        reader,
        concurrency: atOnce,
        handle: (message, stop) => handle(account, message, stop),
        answer: (message, content, stop) => answer(account, message, content, stop),
        onFailure: (...failure) => onFailure(account, ...failure),
        onAway,
      },
      realClock,
      signal,
    ),
  );
  async function end(): Promise<void> {
    try {
      await Promise.all(working);
    } finally {
      inbound?.drain();
      const stopped = server?.stop();
      server?.close();
      await stopped;
    }
  }
  return { url: server && `${server.url}/inbound`, ended: end() };
}
