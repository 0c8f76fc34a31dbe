import * as z from 'zod';
import { asObject, type Result, toList } from '../contract/json.js';
import { quoted } from '../contract/quoted.js';
import { type Step, workflow } from '../contract/workflow.js';
import { matchAddress, matchFieldValue, phoneValues } from '../endpoints/contact-searches.js';
import { emailSpellings } from '../values/addresses/email.js';
import { emailAddress, searchedPhone } from '../values/addresses/inputs.js';
import { asWritten } from '../values/addresses/marks.js';
import { canBeNational, phoneIn, phoneSpellings } from '../values/addresses/phone.js';
import { customFieldId, filledText } from '../values/inputs.js';
import { matchesSchema } from '../values/matches.js';
import { contactText } from './contact-search.js';

const input = z
  .strictObject({
    email: emailAddress.optional(),
    phone: searchedPhone.optional(),
    field_id: customFieldId.optional(),
    field_value: filledText.optional(),
  })
  .refine(({ email, phone, field_value }) => [email, phone, field_value].filter((each) => each).length === 1, {
    message: 'give exactly one of email, phone and field_value',
  });

/** A search, and why its hits are not certainly the contact that is meant; undefined if they are. */
interface Search extends Pick<Step, 'endpoint' | 'input'> {
  readonly spelling: string;
  readonly doubt?: string | undefined;
}

/** Up to so many spellings of a phone number have its own digits; the others lack or add the 9 of Brazil. */
const ownSpellings = 2;

function phoneSearches(number: string): Search[] {
  const phone = phoneIn(number);
  if (phone === undefined) return [];
  return phoneSpellings(phone).map(({ text, certain }, index) => ({
    endpoint: matchAddress,
    input: { phone: text },
    spelling: text,
    doubt:
      index >= ownSpellings
        ? 'which may be the same number in another form'
        : certain
          ? undefined
          : 'which lacks its + and country code',
  }));
}

function fieldSearches(field_id: unknown, value: string): Search[] {
  // Few digits without a + can be a national number.
  const spellings = [value, ...phoneValues(value).filter((each) => each.startsWith('+') || !canBeNational(each))];
  return spellings.map((spelling) => ({
    endpoint: matchFieldValue,
    input: { field_id, field_value: spelling },
    spelling,
  }));
}

function searchesFor({ email, phone, field_id, field_value }: z.output<typeof input>): Search[] {
  if (email !== undefined) {
    return emailSpellings(email).map((spelling) => ({ endpoint: matchAddress, input: { email: spelling }, spelling }));
  }
  return phone === undefined ? fieldSearches(field_id, field_value ?? '') : phoneSearches(phone);
}

/**
 * Finds every contact with one email, phone or value of a field, called for each row of a table. Not offered to clients. It
 * does not stop at the first hit: whether another contact has it too decides whether the row can be used.
 */
export const matchContact = workflow({
  name: 'manychat_match_contact',
  title: 'Match contact',
  description: 'Finds every contact with exactly this email, phone or value of a field.',
  api: 'manychat',
  effect: 'read',
  input,
  output: { schema: matchesSchema },
  example: { email: 'john@example.com' },
  async run(asked, { call }) {
    const matches = new Map<unknown, Result>();
    const others = new Set<string>();
    let capped = false;
    for (const { endpoint, input: search, spelling, doubt } of searchesFor(asked)) {
      const result = await call({ what: `look for ${quoted(spelling)}`, endpoint, input: search, quiet: true });
      capped ||= result.capped === true;
      for (const note of toList(result.others) ?? []) others.add(String(note));
      for (const contact of (toList(result.matches) ?? []).map(asObject)) {
        if (doubt === undefined) matches.set(contact.id, contact);
        else
          others.add(
            `Contact ${contactText(contact)} has ${asWritten(spelling)}, ${doubt}: it was not counted as a hit.`,
          );
      }
    }
    return { matches: [...matches.values()], others: [...others], capped };
  },
});
