import type { Outcome } from '../../../src/account/call/call-tool.js';
import { createSharedInbox, inboxScope } from '../../../src/account/inbox/shared-inbox.js';
import { createSharedSendGuard } from '../../../src/account/send-guard/shared-send-guard.js';
import type { InboundSettings } from '../../../src/config/accounts/settings.js';
import { createAuthority } from '../../../src/inbound/authority.js';
import { createInbound } from '../../../src/inbound/handler.js';
import type { Sandbox } from '../../../src/sandbox/index.js';
import type { SharedStore } from '../../../src/store/shared-store.js';
import type { HttpClient } from '../../../src/upstream/client/http-client.js';
import { createCaller } from '../caller.js';
import { deferred } from '../deferred.js';
import type { DrivenClock } from '../driven.js';
import { testProcess } from '../processes.js';
import { pinnedTo } from '../program.js';
import type { Ending } from './draw.js';

export const secret = 'a-secret-of-this-test';

const header = 'X-ManyChat-Secret';

/** A process of the server: it hears ManyChat, and agents call its tools. */
export interface Replica {
  readonly isAlive: () => boolean;
  /** Whether it accepts new calls. */
  readonly isOpen: () => boolean;
  /** Answers a call of ManyChat. Rejects if it is killed before. */
  answer(request: Request, written: Promise<void>): Promise<Response>;
  /** Calls a tool. Never resolves if it is killed before. */
  call(tool: string, args: object, signal?: AbortSignal): Promise<Outcome>;
  loseStore(isAway: boolean): void;
  kill(): void;
  /** Accepts nothing more; its calls of ManyChat end. */
  drain(): void;
  /** Ends it, if it is alive, after its calls. */
  close(): Promise<void>;
}

/** What a replica is started with. */
interface ReplicaParts {
  readonly sandbox: Sandbox;
  readonly store: SharedStore;
  readonly clock: DrivenClock;
  readonly random: () => number;
  readonly settings: Pick<InboundSettings, 'mode' | 'pauseMs'>;
  readonly ending?: Ending | undefined;
}

const forever = <Value>(): Promise<Value> => new Promise<Value>(() => undefined);

/** Starts a replica, which is killed by itself if its ending says so. */
export function startReplica({ sandbox, store: shared, clock, random, settings, ending }: ReplicaParts): Replica {
  const killed = deferred<Error>();
  let lives = true;
  let isOpen = true;
  const counts = { transactions: 0, requests: 0 };
  function kill(): void {
    if (!lives) return;
    lives = false;
    isOpen = false;
    process.kill();
    killed.resolve(new Error('the connection was reset'));
  }
  function count(what: keyof typeof counts): void {
    counts[what] += 1;
    if (ending?.way === 'killed' && ending.what === what && counts[what] >= ending.after) kill();
  }
  const counted: SharedStore = {
    ...shared,
    transact(documents, change, signal) {
      count('transactions');
      return shared.transact(documents, change, signal);
    },
    // It is closed with the run.
    close: async () => undefined,
  };
  const process = testProcess(counted, clock, random, 30);
  /** What leaves a process that is killed is not stopped, and what is answered does not reach it. */
  const watched = (http: HttpClient): HttpClient => {
    const own = clock.watched(http);
    return {
      ...own,
      async exchange(...exchange) {
        if (!lives) return forever();
        count('requests');
        const result = await own.exchange(...exchange).catch((error: unknown) => {
          if (lives) throw error;
          return forever<never>();
        });
        return lives ? result : forever();
      },
    };
  };
  const own: DrivenClock = { ...clock, ...process.clock, watched };
  const inbox = createSharedInbox(process.store, own);
  const inbound = { header, loop: { answers: 100, withinMs: 600_000 }, ...settings };
  const caller = createCaller(pinnedTo(sandbox), {
    clock: own,
    inbox,
    guard: createSharedSendGuard(process.store, own),
    inbound,
  });
  const silent = (): void => undefined;
  const service = createInbound({
    accounts: [{ name: 'default', settings: inbound, inbox: async () => inbox.of(inboxScope(caller.config.account)) }],
    authority: createAuthority({
      accounts: [{ account: 'default', secrets: [secret], header }],
      publicUrl: undefined,
    }),
    clock: own,
    log: { info: silent, warn: silent },
  });
  const running = new Set<Promise<unknown>>();
  const reset = killed.promise.then((error) => Promise.reject(error));
  reset.catch(silent);

  async function answer(request: Request, written: Promise<void>): Promise<Response> {
    const response = await Promise.race([service.fetch(request, written), reset]);
    return lives ? response : reset;
  }

  function track<Value>(work: Promise<Value>): Promise<Value> {
    running.add(work);
    const end = (): void => void running.delete(work);
    work.then(end, end);
    return work;
  }

  return {
    isAlive: () => lives,
    isOpen: () => isOpen,
    answer: (...call) => track(answer(...call)),
    call: (tool, args, signal) => track(caller.call(tool, args, signal && { signal })),
    loseStore(isAway) {
      process.isAway = isAway;
    },
    kill,
    drain() {
      isOpen = false;
      service.drain();
    },
    async close() {
      if (!lives) return;
      while (lives && running.size > 0) await Promise.race([Promise.allSettled(running), killed.promise]);
      if (!lives) return;
      await Promise.race([caller.close(), killed.promise]);
    },
  };
}
