import { quoted } from '../../contract/quoted.js';
import type { NamedField } from '../../contract/workflow.js';
import { type ChatLink, chatLinkIn } from '../../values/addresses/chat-link.js';
import { cleanEmail, emailProblem } from '../../values/addresses/email.js';
import { trimmed, withoutMarks } from '../../values/addresses/marks.js';
import { type Phone, parsePhone } from '../../values/addresses/phone.js';
import { subscriberId } from '../../values/inputs.js';

/** A custom field of the account. */
export interface Field extends NamedField {
  readonly type: string;
}

/** What a query asks for. */
export type Reading =
  | { readonly as: 'chat link'; readonly link: ChatLink }
  | { readonly as: 'email'; readonly email: string }
  | { readonly as: 'field'; readonly field: Field; readonly value: string }
  /** Digits can be both an id and a phone number. */
  | { readonly as: 'number'; readonly id: string | undefined; readonly phone: Phone | undefined }
  /** `problem` is a sentence about what else it could have been, without its full stop. */
  | { readonly as: 'name'; readonly name: string; readonly problem?: string | undefined }
  /** `why` is a sentence without its full stop. */
  | { readonly as: 'nothing'; readonly why: string };

/** A name as a person writes it: blanks, underscores and dashes are the same, and so are upper and lower case. */
const writtenForm = (name: string): string =>
  withoutMarks(name)
    .normalize('NFC')
    .toLowerCase()
    .replace(/[\s_-]+/g, ' ')
    .trim();

const exactForm = (name: string): string => withoutMarks(name).normalize('NFC').toLowerCase().trim();

/** The fields with a name: those with exactly this name come before those that are written like it. */
export function fieldsNamed<Each extends NamedField>(fields: readonly Each[], name: string): readonly Each[] {
  for (const form of [exactForm, writtenForm]) {
    const wanted = form(name);
    const same = wanted === '' ? [] : fields.filter((field) => form(field.name) === wanted);
    if (same.length > 0) return same;
  }
  return [];
}

/** Types of fields by which ManyChat finds contacts. */
const searchedTypes: readonly string[] = ['text', 'number'];

/** The name of a field has fewer colons. */
const maxColons = 5;

/** A query of the form `field:value`; undefined if there is no such field. The name of a field can have colons itself. */
function fieldQuery(text: string, fields: readonly Field[]): Reading | undefined {
  const readings = [...text.matchAll(/:/g)]
    .slice(0, maxColons)
    .flatMap(({ index }) =>
      fieldsNamed(fields, text.slice(0, index)).map((field) => ({ field, value: trimmed(text.slice(index + 1)) })),
    );
  const [first, ...others] = readings;
  if (first === undefined) return undefined;
  const { field, value } = first;
  if (others.length > 0) {
    const named = readings.map((each) => `${quoted(each.field.name)} (id ${each.field.id})`).join(', ');
    return {
      as: 'nothing',
      why: `It can mean several custom fields: ${named}. Use manychat_find_subscribers_by_custom_field with field_id`,
    };
  }
  if (!searchedTypes.includes(field.type)) {
    const why = `The field ${quoted(field.name)} is of type ${field.type}; ManyChat finds contacts only by text and number fields`;
    return { as: 'nothing', why };
  }
  return value === '' ? { as: 'nothing', why: 'No value follows the colon' } : { as: 'field', field, value };
}

/** Labels that say what follows, as in `email: maria@example.com`. Those of phone numbers are part of their spellings. */
const label = /^(e-?mail|(?:full[ _]?)?name|(?:(?:subscriber|contact|user)[ _]?)?id)\s*:\s*(?=\S)/i;

/** An id in a text, in the form in which it is sent. */
function idIn(text: string): string | undefined {
  const parsed = subscriberId.safeParse(text);
  return parsed.success ? String(parsed.data) : undefined;
}

/** Whether a text that is no phone number looks like one. */
const looksLikeNumber = (text: string): boolean =>
  /^[+(\d]/.test(text) && text.replace(/\D/g, '').length >= 6 && !/^\d+$/.test(text);

function numberOrName(text: string): Reading {
  const parsed = parsePhone(text);
  const phone = 'problem' in parsed ? undefined : parsed;
  const id = idIn(text);
  if (id !== undefined || phone !== undefined) return { as: 'number', id, phone };
  if (/^https?:\/\/\S+$/i.test(text)) return { as: 'nothing', why: 'It is a link, but not to a chat in ManyChat' };
  const problem =
    'problem' in parsed && looksLikeNumber(text) ? `It is no phone number, which ${parsed.problem}` : undefined;
  return { as: 'name', name: text.replace(/\s+/g, ' '), problem };
}

/** A text after a label. */
function labelled(kind: string, text: string): Reading {
  const first = kind.toLowerCase();
  if (first.startsWith('e')) {
    const email = cleanEmail(text);
    const problem = emailProblem(email);
    return problem === undefined ? { as: 'email', email } : { as: 'nothing', why: `An email address ${problem}` };
  }
  if (first.endsWith('name')) return { as: 'name', name: text.replace(/\s+/g, ' ') };
  const id = idIn(text);
  return id === undefined ? { as: 'nothing', why: 'An id has digits only' } : { as: 'number', id, phone: undefined };
}

/**
 * Reads a query: as a chat link, else an email address, else the value of a field, else digits, else a name.
 * @param fields reads the custom fields of the account; called only if the query can name one.
 */
export async function readQuery(query: string, fields: () => Promise<readonly Field[]>): Promise<Reading> {
  const text = trimmed(query);
  const link = chatLinkIn(text);
  if (link === 'elsewhere') return { as: 'nothing', why: 'It is a link to ManyChat, but not to the chat of a contact' };
  if (link !== undefined) return { as: 'chat link', link };
  const email = cleanEmail(text);
  if (emailProblem(email) === undefined) return { as: 'email', email };
  if (!/.:/su.test(text) || /^https?:/i.test(text)) return numberOrName(text);
  const field = fieldQuery(text, await fields());
  if (field !== undefined) return field;
  const [before = '', kind] = label.exec(text) ?? [];
  if (kind !== undefined) return labelled(kind, text.slice(before.length));
  const read = numberOrName(text);
  if (read.as !== 'name' || read.problem !== undefined) return read;
  return { ...read, problem: `There is no custom field ${quoted(trimmed(text.slice(0, text.indexOf(':'))))}` };
}
