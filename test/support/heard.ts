import { onTestFinished } from 'vitest';
import { answerMessage } from '../../src/account/inbox/calls/answer-message.js';
import type { AccountInbox, AnswerContent, Arrival, Inbox, ReceiveRules } from '../../src/account/inbox/inbox.js';
import { createSharedInbox, inboxScope } from '../../src/account/inbox/shared-inbox.js';
import { offeredTools } from '../../src/account/policy/tool.js';
import { createMemoryStore } from '../../src/store/memory-store.js';
import type { Failure } from '../../tools/contract/failure.js';
import type { Result } from '../../tools/contract/json.js';
import { declarations } from '../../tools/index.js';
import { type Caller, type CallerParts, createCaller } from './caller.js';
import { type DrivenClock, drivenClock } from './driven.js';
import { inbound } from './hearing-client.js';
import { pinnedTo } from './program.js';
import { noon, sandboxed } from './sandboxed.js';

/** Messages are received without a pause, and the request that brings them does not wait. */
export const atOnce: ReceiveRules = { mode: 'ack', pauseMs: 0, loop: inbound.loop };

let interactions = 0;

/** A message of a contact. */
export function written(text: string, more: Partial<Arrival> = {}): Arrival {
  interactions += 1;
  return {
    contact: '24958501110451908',
    contactName: 'Maria Garcia',
    channel: 'messenger',
    lastInteraction: `i${interactions}`,
    said: { kind: 'text', text },
    ...more,
  };
}

/** What a test replaces. */
export interface HeardParts extends Partial<Pick<CallerParts, 'permitted' | 'inbound' | 'callbacks'>> {
  readonly clock?: DrivenClock;
  readonly environment?: Readonly<Record<string, string>>;
  /** Parts of the inbox that the account is opened with, in place of its own. */
  readonly replaced?: (inbox: AccountInbox) => Partial<AccountInbox>;
}

/**
 * An account on a sandbox that hears what its contacts write, with a driven clock, and its inbox as those see it who write to
 * it. It closes with the test.
 */
export async function hearing({
  clock = drivenClock(),
  environment = {},
  replaced = () => ({}),
  ...parts
}: HeardParts = {}) {
  const { sandbox } = await sandboxed({ limits: false, clock: noon });
  const inbox = createSharedInbox(createMemoryStore(clock.wallClock.now), clock);
  const withReplaced: Inbox = {
    ...inbox,
    of(scope) {
      const own = inbox.of(scope);
      return { ...own, ...replaced(own) };
    },
  };
  const caller = createCaller(
    { ...pinnedTo(sandbox), ...environment },
    { clock, inbox: withReplaced, inbound, ...parts },
  );
  onTestFinished(() => caller.close());
  const messages = inbox.of(inboxScope(caller.config.account));
  return {
    sandbox,
    clock,
    caller,
    messages,
    /** Receives a message; its id. */
    async write(text: string, more: Partial<Arrival> = {}, rules: ReceiveRules = atOnce): Promise<string> {
      return (await messages.receive(written(text, more), rules)).message;
    },
    /** Answers a message as other parts of the program do. */
    answer: (message: string, content: AnswerContent, approved: boolean) =>
      answerMessage(
        { everyTool: offeredTools(declarations, { ...caller.config.account, inbound }), call: caller.callTool },
        { message, content, approved },
        new AbortController().signal,
      ),
    ...answersOf(caller),
  };
}

/** Calls that must succeed, and calls that must fail. */
function answersOf(caller: Caller) {
  return {
    async result(tool: string, args: object = {}, side: Parameters<Caller['call']>[2] = {}): Promise<Result> {
      const outcome = await caller.call(tool, args, side);
      if (!outcome.ok) throw new Error(`${tool} failed: ${JSON.stringify(outcome.failure)}`);
      return outcome.result;
    },
    async failure(tool: string, args: object = {}, side: Parameters<Caller['call']>[2] = {}): Promise<Failure> {
      const outcome = await caller.call(tool, args, side);
      if (outcome.ok) throw new Error(`${tool} succeeded: ${JSON.stringify(outcome.result)}`);
      return outcome.failure;
    },
  };
}
