import type { Result } from '../../contract/json.js';
import type { NumberField, WhatsappField } from '../../contract/workflow.js';
import { notesOf, phoneValues } from '../../endpoints/contact-searches.js';
import { emailSpellings } from '../../values/addresses/email.js';
import { brazilianVariant, internationalDigits, type Phone, phoneSpellings } from '../../values/addresses/phone.js';
import { type Uncounted, uncountedHit } from '../../values/subscriber-outputs.js';
import { type Asking, type Budget, newBudget } from './asking.js';
import {
  emailQuestion,
  fieldQuestion,
  idQuestion,
  linkQuestion,
  nameQuestion,
  phoneQuestion,
  type Question,
  whatsappQuestion,
} from './questions.js';
import { type Field, type Reading, readQuery } from './reading.js';
import { candidates, rankOf, whatsappFieldOf } from './whatsapp-numbers.js';

/** A contact that a query found. */
export interface Match {
  readonly contact: Result;
  /** What it was found by. */
  readonly by: readonly string[];
}

/** Why a query found nobody, in sentences. */
interface Miss {
  /** What was asked; empty if nothing was. */
  readonly tried: string;
  readonly meaning: string;
}

/** What the search for one query came to, if it finds nobody for a reason of its own. */
export const nobody = (meaning: string): Finding => ({
  matches: [],
  capped: false,
  uncounted: [],
  miss: { tried: '', meaning },
});

/** What the search for one query came to. */
export interface Finding {
  readonly matches: readonly Match[];
  /** ManyChat may know more contacts than it returned. */
  readonly capped: boolean;
  /** Contacts that ManyChat answered with, and that have other values. */
  readonly uncounted: readonly string[];
  /** There are matches if it is absent. */
  readonly miss?: Miss | undefined;
}

/** The search for one query. */
interface Search {
  readonly budget: Budget;
  /** Asks, unless the query may not ask any more or a question of this kind has found somebody. */
  ask(question: Question): Promise<void>;
  has(kind: Question['kind']): boolean;
  finding(meaning: string): Finding;
}

/** Whether no other field needs to be searched: this one is named by the settings, or for WhatsApp. */
const isSettled = (field: NumberField, { setting }: WhatsappField): boolean =>
  setting !== undefined || rankOf(field) === 0;

function createSearch(asking: Asking, memory: WhatsappField): Search {
  const budget = newBudget();
  const matches = new Map<unknown, { readonly contact: Result; readonly by: string[] }>();
  const found = new Set<Question['kind']>();
  const uncounted: Uncounted[] = [];
  const tried = new Set<string>();
  const skipped = new Set<string>();
  let capped = false;

  /** A field that is seen to hold the number of a contact is searched for the numbers of others. */
  function learnFrom(contact: Result): void {
    const known = memory.known();
    const field = known?.hasPlus === undefined || !isSettled(known, memory) ? whatsappFieldOf(contact) : undefined;
    if (field === undefined) return;
    const isBetter = memory.setting === undefined && (known === undefined || rankOf(field) < rankOf(known));
    if (isBetter || known?.id === field.id) memory.remember(field);
  }

  /** A field that is gone has no result. */
  function forgetField({ kind, input }: Question): void {
    if (kind === 'field' && memory.known()?.id === input.field_id) memory.remember(undefined);
  }

  return {
    budget,
    has: (kind) => found.has(kind),
    async ask(question) {
      const { kind, by, endpoint, input, hitsIn, tried: what = by } = question;
      if (found.has(kind)) return;
      const result = await asking.ask(endpoint, input, `look for ${by}`, budget);
      if (result === undefined) {
        skipped.add(what);
        return;
      }
      if (result.subscribers === undefined) forgetField(question);
      tried.add(what);
      const { hits, uncounted: others, capped: isCapped = false } = hitsIn(result);
      uncounted.push(...others);
      capped ||= isCapped;
      for (const contact of hits) {
        if (contact.id === undefined) {
          uncounted.push(uncountedHit(by, contact, 'id is missing'));
          continue;
        }
        found.add(kind);
        learnFrom(contact);
        const match = matches.get(contact.id) ?? { contact, by: [] };
        match.by.push(by);
        matches.set(contact.id, match);
      }
    },
    finding(meaning) {
      const left = [...skipped].filter((what) => !tried.has(what)).join(', ');
      const limit = left === '' ? '' : `Not asked, because a query makes at most 4 requests: ${left}. `;
      const miss = { tried: `Not found by ${[...tried].join(', ')}.`, meaning: `${limit}${meaning}` };
      const others = uncounted.filter(({ id }) => !matches.has(id));
      return {
        matches: [...matches.values()],
        capped,
        uncounted: notesOf(others),
        ...(matches.size === 0 && { miss }),
      };
    },
  };
}

/** The forms that a WhatsApp number can have in a field, the likelier first. */
function whatsappForms(digits: string, { hasPlus }: NumberField): string[] {
  const variant = brazilianVariant(digits);
  const forms = variant === undefined ? [digits] : [digits, variant];
  const withPlus = forms.map((form) => `+${form}`);
  return hasPlus === undefined ? [...forms, ...withPlus] : hasPlus ? withPlus : forms;
}

const mayBeOnWhatsapp =
  'ManyChat does not search WhatsApp numbers themselves, so a WhatsApp contact may exist all the same';

/** Searches for a number in the field with WhatsApp numbers, or in those whose name says that they may hold some. */
async function searchWhatsapp(
  digits: string,
  search: Search,
  asking: Asking,
  memory: WhatsappField,
): Promise<NumberField | undefined> {
  const askIn = async (field: NumberField, isKnown: boolean): Promise<void> => {
    for (const form of whatsappForms(digits, field)) {
      if (search.budget.left === 0 || search.has('field')) return;
      await search.ask(whatsappQuestion(field, form, isKnown));
    }
  };
  const known = await asking.whatsappField(search.budget);
  if (known !== undefined) await askIn(known, true);
  if (search.has('field') || (known !== undefined && isSettled(known, memory))) return known;
  // A field in which one contact has its WhatsApp number may be there for another purpose.
  const others = candidates(await asking.fields(search.budget)).filter(
    (field) => field.id !== known?.id && (known === undefined || rankOf(field) < rankOf(known)),
  );
  for (const field of others) await askIn(field, false);
  return known;
}

async function searchPhone(phone: Phone, search: Search, asking: Asking, memory: WhatsappField): Promise<string> {
  const [first, ...others] = phoneSpellings(phone);
  await search.ask(phoneQuestion(first, 0));
  const digits = internationalDigits(phone);
  if (digits === undefined) return `Give the number with + and country code. ${mayBeOnWhatsapp}.`;
  const known = await searchWhatsapp(digits, search, asking, memory);
  for (const [index, spelling] of others.entries()) await search.ask(phoneQuestion(spelling, index + 1));
  return known === undefined
    ? `${mayBeOnWhatsapp}; no custom field is known to hold the numbers.`
    : `${mayBeOnWhatsapp} if its field is empty.`;
}

async function searchNumber(
  { id, phone }: Extract<Reading, { as: 'number' }>,
  search: Search,
  asking: Asking,
  memory: WhatsappField,
): Promise<string> {
  if (id !== undefined) await search.ask(idQuestion(id));
  return phone === undefined
    ? 'Ids differ by account: it may be a contact of another.'
    : await searchPhone(phone, search, asking, memory);
}

async function searchField(field: Field, value: string, search: Search): Promise<string> {
  await search.ask(fieldQuestion(field, value));
  for (const spelling of phoneValues(value)) await search.ask(fieldQuestion(field, spelling, true));
  return 'Only exactly this value matches.';
}

/** The ways to write the same characters. */
const nameForms = (name: string): string[] => [...new Set([name, name.normalize('NFC'), name.normalize('NFD')])];

async function searchName({ name, problem }: Extract<Reading, { as: 'name' }>, search: Search): Promise<string> {
  for (const form of nameForms(name)) await search.ask(nameQuestion(form));
  if (problem !== undefined) return `${problem}.`;
  if (/^@\S+$/.test(name)) return 'ManyChat does not search user names: give the full name.';
  return 'Only full names match: a part, a nickname or another spelling finds nobody.';
}

async function searchLink(
  { link }: Extract<Reading, { as: 'chat link' }>,
  search: Search,
  asking: Asking,
): Promise<string> {
  await search.ask(linkQuestion(link));
  if (search.has('id') || link.page === undefined) return 'The chat may be of another account.';
  const page = await asking.page(search.budget);
  return page === undefined || page === link.page
    ? 'This account has no such contact.'
    : `The link is of page ${link.page}, and this account is page ${page}: use the account of that page.`;
}

async function searchReading(reading: Reading, search: Search, asking: Asking, memory: WhatsappField): Promise<string> {
  switch (reading.as) {
    case 'chat link':
      return searchLink(reading, search, asking);
    case 'email':
      for (const spelling of emailSpellings(reading.email)) await search.ask(emailQuestion(spelling));
      return 'ManyChat may know the contact without it.';
    case 'field':
      return searchField(reading.field, reading.value, search);
    case 'number':
      return searchNumber(reading, search, asking, memory);
    case 'name':
      return searchName(reading, search);
    case 'nothing':
      return reading.why;
  }
}

/**
 * Searches for one query.
 * @throws CallError
 */
export async function searchFor(query: string, asking: Asking, memory: WhatsappField): Promise<Finding> {
  const search = createSearch(asking, memory);
  const reading = await readQuery(query, () => asking.fields(search.budget));
  if (reading.as === 'nothing') return nobody(`${reading.why}.`);
  const meaning = await searchReading(reading, search, asking, memory);
  return search.finding(meaning);
}
