import type { AccountInbox } from '../../src/account/inbox/inbox.js';
import { createSharedInbox } from '../../src/account/inbox/shared-inbox.js';
import type { InboundSettings } from '../../src/config/accounts/settings.js';
import { createAuthority } from '../../src/inbound/authority.js';
import { createInbound } from '../../src/inbound/handler.js';
import { createMemoryStore } from '../../src/store/memory-store.js';
import { type ManualClock, manualClock } from './timing.js';

export const inboundSecret = 'a-secret-of-this-server';
export const otherSecret = 'another-secret-of-this-server';

/** The accounts of a test: `default`, and `shop` with two secrets. */
const accounts = [
  { account: 'default', secrets: [inboundSecret], header: 'X-ManyChat-Secret' },
  { account: 'shop', secrets: ['the-new-secret-of-shop', 'the-old-secret-of-shop'], header: 'X-Shop' },
];

/** What a test can set. */
export interface InboundTest {
  readonly settings?: Partial<InboundSettings>;
  readonly publicUrl?: string;
  /** In place of the inbox in memory. */
  readonly inbox?: (clock: ManualClock) => AccountInbox | Promise<AccountInbox>;
}

/** The endpoints, by a clock that the test moves. */
export function openInboundTest({ settings = {}, publicUrl, inbox: given }: InboundTest = {}) {
  const clock = manualClock();
  const inbox = createSharedInbox(
    createMemoryStore(() => Math.floor(clock.now())),
    clock,
  );
  const lines: string[] = [];
  const log = (fields: unknown, text?: unknown): void => void lines.push(JSON.stringify([fields, text]));
  const authority = createAuthority({ accounts, publicUrl: publicUrl === undefined ? undefined : new URL(publicUrl) });
  const opened = (name: string): Promise<AccountInbox> =>
    Promise.resolve(given === undefined ? inbox.of(name) : given(clock));
  const service = createInbound({
    accounts: accounts.map(({ account, header }) => ({
      name: account,
      settings: {
        header,
        mode: 'ack',
        pauseMs: 0,
        loop: { answers: 20, withinMs: 600_000 },
        ...settings,
      },
      inbox: () => opened(account),
    })),
    authority,
    clock,
    log: { info: log, warn: log },
  });

  /** Calls an endpoint as ManyChat does. A body that is no text is sent as JSON. */
  function call(
    path: string,
    body: unknown,
    {
      headers = {},
      method = 'POST',
      signal,
      written,
    }: {
      headers?: Record<string, string>;
      method?: string;
      signal?: AbortSignal;
      written?: Promise<void>;
    } = {},
  ): Promise<Response> {
    const usual = { 'content-type': 'application/json', 'x-manychat-secret': inboundSecret, ...headers };
    const text = typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body);
    const hasBody = method !== 'GET';
    return service.fetch(
      new Request(`http://localhost${path}`, {
        method,
        headers: usual,
        ...(hasBody && { body: text }),
        ...(signal && { signal }),
      }),
      written,
    );
  }

  const never = new AbortController().signal;
  const messages = async (account = 'default') =>
    inbox.of(account).take({ reader: 'test', limit: 20, done: [], waitMs: 0 }, never);
  return { clock, inbox, service, authority, call, lines, messages, of: (account = 'default') => inbox.of(account) };
}
