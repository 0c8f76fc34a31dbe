import { describe, expect, test } from 'vitest';
import { asCallError, callError } from '../../src/upstream/failures/call-error.js';
import type { FailureContext } from '../../src/upstream/failures/context.js';
import { type Kind, kinds, type RequestOutcome } from '../../tools/contract/failure.js';
import { declarations } from '../../tools/index.js';
import { endpointOf } from '../support/attempts.js';

const contextOf = (name: string): FailureContext => ({ declaration: endpointOf(name), direct: false });
const setTag = contextOf('manychat_add_tag_to_subscriber');
const sendFlow = contextOf('manychat_send_flow');
const createTag = contextOf('manychat_create_tag');

const failureOf = (kind: Kind, context: FailureContext, message = 'x', outcome: RequestOutcome = 'refused') =>
  callError(kind, context, { message, source: 'manychat', outcome }).failure;

describe('the hint', () => {
  test.each(kinds)('of %s names only tools that exist, and no connection without Maton', (kind) => {
    const names = new Set<string>(declarations.map(({ name }) => name));
    for (const declaration of declarations) {
      for (const direct of [false, true]) {
        const { hint } = failureOf(kind, { declaration, direct }, 'Tag not found');
        expect(hint.length).toBeGreaterThan(10);
        for (const [mentioned] of hint.matchAll(/manychat_\w+/g)) expect(names).toContain(mentioned);
        const reachable = declaration.api === 'manychat' && !/connection/.test(kind);
        if (direct && reachable) expect(hint).not.toMatch(/_connections?\b/);
      }
    }
  });

  test.each(kinds)('of %s names no setting, file or restart of the server to a member of a team', (kind) => {
    for (const declaration of declarations) {
      for (const account of [undefined, 'Sunrise Coffee']) {
        for (const direct of [false, true]) {
          const { hint } = failureOf(kind, { declaration, direct, account, reader: 'member' }, 'Tag not found');
          expect(hint).not.toMatch(/MANYCHAT_|MATON_|HTTPS?_PROXY|(^|\s)--[a-z]|restart|accounts file/);
          expect(hint.length).toBeGreaterThan(10);
        }
      }
    }
  });

  test.each([
    ['Tag not found', /^manychat_list_tags shows the tags that exist; names must match exactly\.$/],
    ['Field not found', /^manychat_list_custom_fields or manychat_list_bot_fields/],
    ['Flow not found', /^manychat_list_flows/],
    ['Subscriber does not exist', /^Check the id/],
    ['Nothing there', /^Look the id or name up first/],
  ])('of not_found names the tool that lists such things: %s', (message, hint) => {
    expect(failureOf('not_found', setTag, message).hint).toMatch(hint);
  });

  test('of another kind does not depend on the words of the message', () => {
    expect(failureOf('rejected', setTag, 'Tag not taken').hint).toMatch(/^ManyChat refused/);
  });

  test.each([
    ['manychat_create_tag', 'manychat_list_tags finds'],
    ['manychat_create_subscriber', 'manychat_find_subscriber_by_system_field or manychat_find_subscribers_by_name'],
    ['manychat_add_tag_to_subscriber', 'Use the existing one'],
  ])('of already_exists names the tool that finds the existing one: %s', (name, hint) => {
    expect(failureOf('already_exists', contextOf(name)).hint).toContain(hint);
  });

  test('of a send with unknown outcome names the chat', () => {
    expect(failureOf('network', sendFlow, 'x', 'ambiguous').hint).toMatch(
      /^The message may have arrived\. .*live_chat_url of manychat_get_subscriber\)/,
    );
  });

  test('of a creation with unknown outcome names the list', () => {
    const { hint } = failureOf('network', createTag, 'x', 'ambiguous');
    expect(hint).toBe('It may have happened: look with manychat_list_tags before you call again.');
  });

  test('of a repeatable call with unknown outcome is to call again', () => {
    expect(failureOf('network', setTag, 'x', 'ambiguous').hint).toMatch(/^Call again/);
  });
});

describe('a cancelled call', () => {
  test('that may have happened can be made again where that does nothing twice', () => {
    expect(failureOf('cancelled', setTag, 'x', 'ambiguous')).toMatchObject({
      performed: 'unknown',
      retryable: true,
      hint: 'The client cancelled the call, which may have been carried out. It can be made again: twice does the same as once.',
    });
  });

  test.each([sendFlow, createTag])('that may have happened must not be repeated: $declaration.name', (context) => {
    const failure = failureOf('cancelled', context, 'x', 'ambiguous');
    expect(failure).toMatchObject({ performed: 'unknown', retryable: false });
    expect(failure.hint).not.toContain('made again');
  });

  test('that never left did nothing', () => {
    expect(failureOf('cancelled', setTag, 'x', 'unsent')).toMatchObject({
      performed: 'no',
      hint: 'The client cancelled the call.',
    });
  });
});

describe('a failure', () => {
  test('leaves out what is not known', () => {
    const { failure } = callError('rejected', sendFlow, { message: 'x', source: 'manychat', details: [] });
    expect(Object.keys(failure)).toEqual(['kind', 'message', 'hint', 'retryable', 'performed', 'source']);
  });

  test('holds what is known', () => {
    const known = { details: ['d'], code: 1, http_status: 2, retry_after_s: 3 };
    const { failure } = callError('rejected', sendFlow, { message: 'x', source: 'manychat', ...known });
    expect(failure).toMatchObject(known);
  });

  test('is a refusal unless its outcome says otherwise', () => {
    const error = callError('rejected', sendFlow, { message: 'x', source: 'manychat' });
    expect(error).toMatchObject({ name: 'CallError', message: 'x', outcome: 'refused' });
  });

  test('of a performed request is not retryable', () => {
    expect(failureOf('bad_response', sendFlow, 'x', 'performed')).toMatchObject({ performed: 'yes', retryable: false });
  });
});

describe('anything thrown', () => {
  test('stays as it is where it is a CallError', () => {
    const error = callError('rejected', sendFlow, { message: 'x', source: 'manychat' });
    expect(asCallError(error, sendFlow, 'unsent')).toBe(error);
  });

  test('becomes a defect of this server where it is anything else', () => {
    expect(asCallError('odd', sendFlow, 'unsent').failure).toMatchObject({
      kind: 'internal',
      source: 'client',
      message: 'Internal error: odd',
    });
  });
});
