import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { noTurns } from '../../src/account/jobs/job-of-call.js';
import { asObject, type Result, toList } from '../../tools/contract/json.js';
import type { Step, Steps } from '../../tools/contract/workflow.js';
import { matchContact } from '../../tools/workflows/match-contact.js';
import { noInbox } from '../support/no-inbox.js';

/** Steps whose searches are answered so; `asked` gets the inputs. */
function answering(answer: (input: Result) => readonly object[], asked: Result[] = []): Steps {
  return {
    async call({ endpoint, input }: Step) {
      asked.push(input);
      return endpoint.output.from(answer(input), input);
    },
    inOrder: () => Promise.reject(new Error('nothing is changed')),
    whatsappField: { setting: undefined, known: () => undefined, remember: () => undefined },
    now: () => 0,
    timeLeft: () => 1,
    progress: () => undefined,
    name: () => undefined,
    inOneForm: () => Promise.reject(new Error('nothing is sent')),
    channelsOf: () => undefined,
    job: { channelRefusals: 0 },
    turns: noTurns,
    inbox: noInbox,
  };
}

const idsIn = ({ matches }: Result): unknown[] => (toList(matches) ?? []).map((each) => asObject(each).id);

const emails = ['a@x.com', 'A@x.com', 'A@X.COM', 'aa@x.com', 'b@x.com', 'a@x.co', ' a@x.com', '', undefined];
const phones = [
  '+34600111222',
  '34600111222',
  '0034600111222',
  '600111222',
  '+34600111223',
  '+4912345678',
  '4912345678',
  '+5511987654321',
  '+551187654321',
  '551187654321',
  '',
  undefined,
];
const values = ['12', '12.0', '012', 12, ' 12', '1 2', 'x', 'X', '+34600111222', '34600111222', '', null];

/** What a value is, apart from how it is written; undefined if that is uncertain. */
const emailOf = (stored: unknown): string =>
  String(stored ?? '')
    .trim()
    .toLowerCase();
function phoneOf(stored: unknown): string | undefined {
  const text = String(stored ?? '').replace(/^00/, '+');
  if (text.startsWith('+')) return text.slice(1);
  return text.length > 10 ? text : undefined;
}

const contact = fc.record({
  email: fc.constantFrom(...emails),
  phone: fc.constantFrom(...phones),
  whatsapp_phone: fc.constantFrom('34600111222', '4912345678', '', undefined),
  type: fc.constantFrom('text', 'number'),
  value: fc.constantFrom(...values),
});
const account = fc.array(contact, { minLength: 1, maxLength: 6 }).map((all) =>
  all.map(({ type, value, ...rest }, index) => ({
    ...rest,
    id: `${index + 1}`,
    custom_fields: [{ id: 7, type, value }],
  })),
);
/** Whatever a search may answer: any contacts of the account, for each request anew. */
const answers = fc.array(fc.array(fc.nat({ max: 5 }), { maxLength: 3 }), { minLength: 8, maxLength: 8 });

type Contact = typeof account extends fc.Arbitrary<(infer One)[]> ? One : never;

/** Whatever ManyChat answers, exactly the contacts in its answers count that have what was asked for. */
function counts(input: Result, isMeant: (contact: Contact) => boolean) {
  return fc.asyncProperty(account, answers, async (contacts, order) => {
    const returned = new Set<Contact>();
    let request = 0;
    const steps = answering(() => {
      const found = (order[request++] ?? []).flatMap((index) => contacts[index] ?? []);
      for (const each of found) returned.add(each);
      return found;
    });
    const found = idsIn(await matchContact.run(input, steps));
    const expected = [...returned].filter(isMeant).map(({ id }) => id);
    expect(found.toSorted()).toEqual(expected.toSorted());
  });
}

describe('a match counts every contact that has what was asked for, and no other', () => {
  test('by email', () =>
    fc.assert(
      counts({ email: 'A@x.com' }, ({ email }) => emailOf(email) === 'a@x.com'),
      { numRuns: 300 },
    ));

  test('by a value of a field', () =>
    fc.assert(
      counts({ field_id: 7, field_value: '12' }, ({ custom_fields: [field] }) => {
        const { type, value } = asObject(field);
        if (value === '' || value === null) return false;
        return String(value).trim() === '12' || (type === 'number' && Number(value) === 12);
      }),
      { numRuns: 300 },
    ));

  test.each(['+34600111222', '+4912345678', '+5511987654321'])('by the phone number %s', async (phone) => {
    await fc.assert(
      fc.asyncProperty(account, answers, async (contacts, order) => {
        let request = 0;
        const steps = answering(() => (order[request++] ?? []).flatMap((index) => contacts[index] ?? []));
        for (const id of idsIn(await matchContact.run({ phone }, steps))) {
          const { phone: own, whatsapp_phone: whatsapp } = contacts[Number(id) - 1] ?? {};
          expect([phoneOf(own), whatsapp]).toContain(phone.slice(1));
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe('the searches for one contact', () => {
  test.each<[Result, number]>([
    [{ email: 'a@x.com' }, 1],
    [{ email: 'A@x.com' }, 2],
    [{ phone: '+34600111222' }, 2],
    [{ phone: '+5511987654321' }, 4],
    [{ field_id: 7, field_value: 'x' }, 1],
    [{ field_id: 7, field_value: '+34600111222' }, 2],
    [{ field_id: 7, field_value: '34600111222' }, 2],
    [{ field_id: 7, field_value: '+4912345678' }, 1],
  ])('for %j are %d, also after a hit', async (input, count) => {
    const asked: Result[] = [];
    const hit = { id: '1', email: 'a@x.com', phone: input.phone, custom_fields: [{ id: 7, value: input.field_value }] };
    expect(
      idsIn(
        await matchContact.run(
          input,
          answering(() => [hit], asked),
        ),
      ),
    ).toEqual(['1']);
    expect(asked).toHaveLength(count);
  });
});
