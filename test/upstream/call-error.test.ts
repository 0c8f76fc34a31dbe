import { describe, expect, test } from 'vitest';
import { asCallError, callError } from '../../src/upstream/failures/call-error.js';
import type { FailureContext } from '../../src/upstream/failures/context.js';
import { kinds } from '../../tools/contract/failure.js';
import { declarations, endpoints } from '../../tools/index.js';

const endpointOf = (name: string) => {
  const found = endpoints.find((endpoint) => endpoint.name === name);
  if (found === undefined) throw new Error(`no ${name}`);
  return found;
};
const contexts: Record<'set' | 'send', FailureContext> = {
  set: { declaration: endpointOf('manychat_add_tag_to_subscriber'), direct: false },
  send: { declaration: endpointOf('manychat_send_flow'), direct: false },
};

describe('every kind of failure', () => {
  test.each(kinds)('%s: a hint that fits each way', (kind) => {
    const names = new Set<string>(declarations.map(({ name }) => name));
    for (const declaration of declarations) {
      for (const direct of [false, true]) {
        const { failure } = callError(kind, { declaration, direct }, { message: 'Tag not found', source: 'manychat' });
        expect(failure.hint.length).toBeGreaterThan(10);
        for (const [mentioned] of failure.hint.matchAll(/manychat_\w+/g)) expect(names).toContain(mentioned);
        const reachable = declaration.api === 'manychat' && !/connection/.test(kind);
        if (direct && reachable) expect(failure.hint).not.toMatch(/_connections?\b/);
      }
    }
  });

  test('a thing that is not there is looked up where its like are listed', () => {
    const hint = (message: string, kind: 'not_found' | 'rejected' = 'not_found') =>
      callError(kind, contexts.set, { message, source: 'manychat' }).failure.hint;
    expect(hint('Tag not found')).toBe('manychat_list_tags shows the tags that exist; names must match exactly.');
    expect(hint('Field not found')).toMatch(/^manychat_list_custom_fields or manychat_list_bot_fields/);
    expect(hint('Flow not found')).toMatch(/^manychat_list_flows/);
    expect(hint('Subscriber does not exist')).toMatch(/^Check the id/);
    expect(hint('Nothing there')).toMatch(/^Look the id or name up first/);
    expect(hint('Tag not taken', 'rejected')).toMatch(/^ManyChat refused/);
  });

  test('an unknown outcome says how to find out; a send names the chat, a creation the list', () => {
    const hint = (name: string) =>
      callError(
        'network',
        { declaration: endpointOf(name), direct: false },
        { message: 'x', source: 'network', outcome: 'ambiguous' },
      ).failure.hint;
    expect(hint('manychat_send_flow')).toMatch(
      /^The message may have arrived: .*live_chat_url of manychat_get_subscriber\)/,
    );
    expect(hint('manychat_create_tag')).toBe(
      'It may have happened: look with manychat_list_tags before you call again.',
    );
    expect(hint('manychat_add_tag_to_subscriber')).toMatch(/^Call again/);
  });

  test('a cancelled call of unknown outcome says whether it may be made again', () => {
    const cancelled = (name: string, outcome: 'ambiguous' | 'unsent') => {
      const facts = { message: 'The call was cancelled', source: 'client', outcome } as const;
      return callError('cancelled', { declaration: endpointOf(name), direct: false }, facts).failure;
    };
    expect(cancelled('manychat_add_tag_to_subscriber', 'ambiguous')).toMatchObject({
      performed: 'unknown',
      retryable: true,
      hint: 'The client cancelled the call, which may have been carried out. It may be made again: twice does the same as once.',
    });
    for (const name of ['manychat_send_flow', 'manychat_create_tag']) {
      expect(cancelled(name, 'ambiguous')).toMatchObject({ performed: 'unknown', retryable: false });
      expect(cancelled(name, 'ambiguous').hint).not.toContain('made again');
    }
    expect(cancelled('manychat_add_tag_to_subscriber', 'unsent')).toMatchObject({
      performed: 'no',
      hint: 'The client cancelled the call.',
    });
  });

  test('has exactly what is known of it', () => {
    const bare = callError('rejected', contexts.send, {
      message: 'x',
      source: 'manychat',
      details: [],
    });
    expect(Object.keys(bare.failure)).toEqual(['kind', 'message', 'hint', 'retryable', 'performed', 'source']);
    expect(bare).toMatchObject({ name: 'CallError', message: 'x', outcome: 'refused' });
    const facts = {
      message: 'x',
      source: 'manychat',
      details: ['d'],
      code: 1,
      http_status: 2,
      retry_after_s: 3,
    } as const;
    expect(callError('rejected', contexts.send, facts).failure).toMatchObject({
      details: ['d'],
      code: 1,
      http_status: 2,
      retry_after_s: 3,
    });
    const done = callError('bad_response', contexts.send, {
      message: 'x',
      source: 'client',
      outcome: 'performed',
    });
    expect(done.failure).toMatchObject({ performed: 'yes', retryable: false });
    expect(asCallError(bare, contexts.send, 'unsent')).toBe(bare);
    expect(asCallError('odd', contexts.send, 'unsent').failure).toMatchObject({
      kind: 'internal',
      source: 'client',
      message: 'Internal error: odd',
    });
  });

  test('one that exists is found by the tool that lists its like', () => {
    const hint = (name: string) =>
      callError(
        'already_exists',
        { declaration: endpointOf(name), direct: false },
        { message: 'x', source: 'manychat' },
      ).failure.hint;
    expect(hint('manychat_create_tag')).toContain('manychat_list_tags finds');
    expect(hint('manychat_create_subscriber')).toContain(
      'manychat_find_subscriber_by_system_field or manychat_find_subscribers_by_name',
    );
    expect(hint('manychat_add_tag_to_subscriber')).toContain('Use the existing one');
  });
});
