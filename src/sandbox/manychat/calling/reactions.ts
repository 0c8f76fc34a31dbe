import { stringifyJson } from '../../http/json.js';
import type { Account, AccountEvent, Channel, Contact, Hook, MessageCallback } from '../account.js';
import type { Call, CallPlan, CallTrigger } from './call.js';
import type { Calls } from './calls.js';
import { renderBody } from './field-picker.js';

/** What the accounts do about what happens. */
export interface Reactions {
  /** Calls what flows and Rules call on an event. */
  on(account: Account, event: AccountEvent): void;
  /** A message arrived: calls the callback that waits for the contact's text, else what flows call on messages. */
  onMessage(account: Account, contact: Contact, message: { channel: Channel; isText: boolean }): void;
  /** Calls the callback that waits for the contact's text, if there is one. */
  fireCallback(account: Account, contact: Contact, channel: Channel): boolean;
  /** Calls what content says, as a button does. */
  callBack(account: Account, contact: Contact, channel: Channel, trigger: CallTrigger, callback: ContentCall): void;
  /** Calls a hook as the Test button does: nothing follows from the answer. */
  test(account: Account, contact: Contact, hook: Hook): Call;
  /** Forgets the callbacks that wait. */
  reset(): void;
}

/** What content tells an account to call. */
type ContentCall = Omit<MessageCallback, 'seconds'>;

const jsonType = { 'content-type': 'application/json' };

/** What calls, of an account's hooks and of the content that it has sent; `now` is in milliseconds since 1970. */
export function createReactions(calls: Calls, now: () => number): Reactions {
  const waiting = new Map<string, { callback: MessageCallback; until: number }>();
  const keyOf = ({ key }: Account, { id }: Contact, channel: Channel): string => `${key} ${id} ${channel}`;

  const planOf = (
    account: Account,
    contact: Contact,
    hook: Hook,
    trigger: CallTrigger,
    channel: Channel | null,
  ): CallPlan => {
    const body = hook.body === null ? null : renderBody(account, contact, hook.body);
    const headers = { ...(body !== null && jsonType), ...hook.headers };
    const target = { url: hook.url, method: hook.method, headers, body };
    return { account, contact, hook, trigger, kind: hook.kind, channel, target };
  };

  function run(account: Account, contact: Contact, on: Hook['on'], about: string, channel: Channel | null): void {
    const isAbout = (hook: Hook): boolean => hook.about.toLowerCase() === about.toLowerCase();
    const isOn = (hook: Hook): boolean => hook.on === on && (hook.channel === null || hook.channel === channel);
    for (const hook of account.hooks.filter((each) => isOn(each) && isAbout(each))) {
      calls.start(planOf(account, contact, hook, on, channel));
    }
  }

  function callBack(
    account: Account,
    contact: Contact,
    channel: Channel,
    trigger: CallTrigger,
    { url, method, headers, payload }: ContentCall,
  ): void {
    const isGet = method.toUpperCase() === 'GET';
    const body = isGet ? null : renderBody(account, contact, stringifyJson(payload));
    const target = { url, method: method.toUpperCase(), headers: { ...(!isGet && jsonType), ...headers }, body };
    calls.start({ account, contact, hook: null, trigger, kind: 'block', channel, target });
  }

  function fireCallback(account: Account, contact: Contact, channel: Channel): boolean {
    const key = keyOf(account, contact, channel);
    const armed = waiting.get(key);
    waiting.delete(key);
    if (armed === undefined || now() > armed.until) return false;
    callBack(account, contact, channel, 'callback', armed.callback);
    return true;
  }

  return {
    on(account, event) {
      const { contact } = event;
      switch (event.kind) {
        case 'callback_armed': {
          const { callback, channel } = event;
          waiting.set(keyOf(account, contact, channel), { callback, until: now() + callback.seconds * 1_000 });
          return;
        }
        case 'flow_started':
          return run(account, contact, 'flow', event.flow.ns, event.flow.channel);
        case 'field_changed':
          return run(account, contact, event.kind, event.field, null);
        case 'new_contact':
          return run(account, contact, event.kind, '', null);
        default:
          return run(account, contact, event.kind, event.tag, null);
      }
    },
    onMessage(account, contact, { channel, isText }) {
      // Assumption: the callback takes the text, so that no flow starts on it. Otherwise each text had two answers.
      if (isText && fireCallback(account, contact, channel)) return;
      run(account, contact, 'message', '', channel);
    },
    fireCallback,
    callBack,
    test(account, contact, hook) {
      return calls.start(planOf(account, contact, hook, 'test', null));
    },
    reset: () => waiting.clear(),
  };
}
