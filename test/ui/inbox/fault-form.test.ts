import { describe, expect, test } from 'vitest';
import {
  effectNumbers,
  effects,
  emptyFaultForm,
  faultOf,
  faultText,
  presets,
} from '../../../ui/inbox/state/fault-form.js';
import { useSandbox } from '../../support/sandboxed.js';

const sandbox = useSandbox({ limits: false });

/** Orders a fault as the page does. */
async function order(
  fault: object,
): Promise<{ status: number; body: { faults?: { fault: object }[]; error?: string } }> {
  const response = await fetch(`${sandbox.url}/sandbox/faults`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(fault),
  });
  return { status: response.status, body: JSON.parse(await response.text()) };
}

describe('the form of faults', () => {
  test.each(effects)('$name is accepted by the sandbox as it is offered', async ({ name }) => {
    const fault = faultOf({ ...emptyFaultForm, effect: name, number: effectNumbers[name]?.initial ?? '' });
    const { status, body } = await order(fault);
    expect([status, body.error]).toEqual([200, undefined]);
    expect(body.faults?.at(-1)?.fault).toEqual(fault);
  });

  test.each(presets)('$label is accepted by the sandbox', async ({ form }) => {
    expect((await order(faultOf({ ...emptyFaultForm, ...form }))).status).toBe(200);
  });

  test('everything that is typed is in the fault, and only that', () => {
    const full = {
      ...emptyFaultForm,
      number: '503',
      body: '{"error":"busy"}',
      method: 'POST',
      path: ' sendContent ',
      after: '2',
      times: '3',
      perform: true,
    };
    expect(faultOf(full)).toEqual({
      match: { method: 'POST', path: 'sendContent' },
      after: 2,
      times: 3,
      perform: true,
      status: 503,
      body: { error: 'busy' },
    });
    expect(faultOf(emptyFaultForm)).toEqual({ status: 500 });
    expect(faultOf({ ...full, effect: 'delay_ms', number: '20', body: 'kept in the form' })).toEqual({
      match: { method: 'POST', path: 'sendContent' },
      after: 2,
      times: 3,
      delay_ms: 20,
    });
  });

  test('a body that is not JSON is sent as text', () => {
    expect(faultOf({ ...emptyFaultForm, body: '<h1>Busy</h1>' })).toEqual({ status: 500, body: '<h1>Busy</h1>' });
  });

  test.each([
    ['status', { number: 'many' }, 'status must be a whole number from 200 to 599.'],
    ['status', { number: '' }, 'status must be a whole number from 200 to 599.'],
    ['delay_ms', { number: '99999999' }, 'delay_ms must be a whole number from 0 to 600000.'],
    ['hang', { times: '0' }, 'times must be a whole number from 1 to 1000000.'],
    ['hang', { after: '1.5' }, 'after must be a whole number from 0 to 1000000.'],
  ] as const)(
    'what is wrong is sent as it is, and the sandbox says what is allowed: %s %o',
    async (effect, typed, error) => {
      expect(await order(faultOf({ ...emptyFaultForm, effect, ...typed }))).toEqual({ status: 400, body: { error } });
    },
  );
});

test('a fault is put in words', () => {
  expect(faultText({ status: 429 })).toEqual({ what: 'Answer with a status: 429', where: 'any request' });
  expect(faultText({ reset: 'before_headers', perform: true, match: { method: 'POST', path: 'sendContent' } })).toEqual(
    {
      what: 'Break the connection: before headers, after the request was performed',
      where: 'POST sendContent',
    },
  );
  expect(faultText({ hang: true })).toEqual({ what: 'Never answer', where: 'any request' });
});
