import { decimalId, isRecord } from '../../http/json.js';
import { type Account, type Channel, type Contact, fullName } from '../../manychat/account.js';
import { channelNames, channelOfType } from '../../manychat/content/channels.js';

/** A request's parameters, and the account whose names they are about; undefined if the request has none. */
export interface Subject {
  readonly account: Account | undefined;
  readonly parameters: Readonly<Record<string, unknown>>;
}

const maxLength = 80;

/** Characters that are not seen or reorder what is beside them, without joiners and the selectors of emoji. */
const hidden = /[[\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}]--[\u200c\u200d\ufe0e\ufe0f]]/gv;

/** Characters of scripts that run from right to left. */
const rightToLeft = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefe\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;
const [isolate, popIsolate] = ['\u2068', '\u2069'];

/** Text of others within a sentence: on one line, cut, and unable to hide or reorder the rest. */
export function inSentence(text: string): string {
  const start = text
    .slice(0, 4 * maxLength)
    .replace(/\s+/g, ' ')
    .replace(hidden, '');
  const short = (start.length > maxLength ? `${start.slice(0, maxLength - 1)}…` : start).toWellFormed();
  return rightToLeft.test(short) ? `${isolate}${short}${popIsolate}` : short;
}

/** A value as a sentence shows it. Lists and objects are only named, however deep they are. */
export function shown(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (typeof value === 'string') return `"${inSentence(value)}"`;
  if (Array.isArray(value)) return 'a list';
  return isRecord(value) ? 'an object' : String(value);
}

/** An id as a sentence shows it: clients send it as a number or as a text. */
const shownId = (id: unknown): string => decimalId(id) ?? shown(id);

/** The contact that `subscriber_id` names. */
function contactIn({ account, parameters }: Subject): Contact | undefined {
  const id = decimalId(parameters.subscriber_id);
  return id === undefined ? undefined : account?.contacts.get(id);
}

const nameOf = (contact: Contact): string => inSentence(fullName(contact)) || `contact ${contact.id}`;

/** The contact of a request, by its name. */
export function contact(subject: Subject): string {
  const found = contactIn(subject);
  if (found !== undefined) return nameOf(found);
  const { subscriber_id: id } = subject.parameters;
  return id === undefined ? 'no contact' : `the unknown contact ${shownId(id)}`;
}

/** A registered user_ref, and the contact that is linked to it. */
export function userRef({ account, parameters: { user_ref: value } }: Subject): string {
  const id = account?.userRefs.get(decimalId(value) ?? '');
  const linked = id === undefined || id === null ? undefined : account?.contacts.get(id);
  return `the user_ref ${shownId(value)}${linked === undefined ? '' : `, ${nameOf(linked)}`}`;
}

/** A tag, by the name that its id stands for. */
export const tag = ({ account, parameters: { tag_id: id } }: Subject): string => named('tag', account?.tags, id);

/** A field, by the name that its id stands for. */
export const field = (kind: 'field' | 'bot field', fields: NamedThings | undefined, id: unknown): string =>
  named(kind, fields, id);

type NamedThings = readonly { readonly id: number; readonly name: string }[];

function named(kind: string, things: NamedThings | undefined, id: unknown): string {
  const found = things?.find((each) => String(each.id) === decimalId(id));
  return found === undefined ? `the unknown ${kind} ${shownId(id)}` : `the ${kind} ${shown(found.name)}`;
}

/** A flow, by the name that its namespace stands for. */
export function flow({ account, parameters: { flow_ns: ns } }: Subject): string {
  const found = account?.flows.find((each) => each.ns === ns);
  return found === undefined ? `the unknown flow ${shown(ns)}` : `the flow ${shown(found.name)}`;
}

const maxListed = 10;

/** The first names of a list, and how many more there are. */
export function listed(names: readonly string[]): string {
  const more = names.length - maxListed;
  return `${names.slice(0, maxListed).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

/** Names of several fields in a list of `{field_id or field_name}`. */
export function fieldList(fields: NamedThings | undefined, list: unknown): string {
  const items: readonly unknown[] = Array.isArray(list) ? list : [];
  const names = items.map((item) => {
    const { field_id: id, field_name: name } = isRecord(item) ? item : {};
    const found = fields?.find((each) => String(each.id) === decimalId(id));
    return found === undefined && name === undefined ? shownId(id) : shown(found?.name ?? name);
  });
  return names.length === 0 ? 'no fields' : listed(names);
}

/** The channel of content; undefined if there is none of this type. */
function channelOf(data: unknown): Channel | undefined {
  const content = isRecord(data) ? data.content : undefined;
  return channelOfType.get(isRecord(content) ? content.type : undefined);
}

/** Where content goes: ` on Instagram`; '' for a type that is no channel. */
export function onChannel(data: unknown): string {
  const channel = channelOf(data);
  return channel === undefined ? '' : ` on ${channelNames[channel]}`;
}

/** What a request sends: content, or only actions. */
export function contentOf(data: unknown): 'content' | 'actions' {
  const content = isRecord(data) && isRecord(data.content) ? data.content : {};
  const has = (list: unknown): boolean => Array.isArray(list) && list.length > 0;
  return !has(content.messages) && has(content.actions) ? 'actions' : 'content';
}
