import { isObject, type Result } from '../../tools/contract/json.js';
import { clipped, cut, oneLine } from '../../tools/contract/quoted.js';
import type { Channel } from '../../tools/message/channels.js';
import type { Arrival, eventTypes, Said } from '../account/inbox/inbox.js';
import { browsable } from '../config/address.js';
import { mapTexts, withoutHidden } from '../text/safe-text.js';
import { Refused } from './body.js';

/** Characters of what a contact wrote. A longer text is cut. */
const maxTextLength = 8_000;
const maxNameLength = 200;
const maxLinkLength = 500;
const maxMomentLength = 64;
/** Characters of a payload as JSON. */
const maxPayloadLength = 8_000;

/** The spellings of keys, without case and without what is neither letter nor digit. */
const spellings = {
  contact: ['subscriberid', 'contactid', 'manychatid', 'manychatsubscriberid', 'manychatcontactid'],
  /** Also used for ids of other things, so they count only without one of those above. */
  looseContact: ['userid', 'id'],
  text: ['text', 'message', 'lasttextinput', 'lastinputtext', 'lastinput', 'input', 'messagetext'],
  lastInteraction: ['lastinteraction', 'lastinteractiontime', 'lastinteractiondate'],
  channel: ['channel', 'platform'],
  contactName: ['contactname', 'subscribername', 'fullname', 'name'],
  firstName: ['firstname'],
  lastName: ['lastname'],
  chatLink: ['livechaturl', 'chatlink', 'chaturl', 'livechatlink'],
  event: ['event', 'eventtype'],
  eventName: ['tag', 'tagname', 'field', 'fieldname', 'customfield', 'name'],
  eventValue: ['value', 'newvalue', 'fieldvalue', 'tagvalue'],
  payload: ['payload'],
} as const;

/** Objects that hold what belongs to the contact, such as Full Contact Data inside a body. */
const contactObjects = ['contact', 'subscriber', 'user', 'fullcontactdata', 'contactdata'];

const channelWords: Readonly<Record<string, Channel>> = {
  messenger: 'messenger',
  facebook: 'messenger',
  facebookmessenger: 'messenger',
  fb: 'messenger',
  instagram: 'instagram',
  ig: 'instagram',
  whatsapp: 'whatsapp',
  wa: 'whatsapp',
  telegram: 'telegram',
  tg: 'telegram',
};

const eventWords: Readonly<Record<string, (typeof eventTypes)[number]>> = {
  tagapplied: 'tag_applied',
  tagadded: 'tag_applied',
  tagremoved: 'tag_removed',
  fieldchanged: 'field_changed',
  customfieldchanged: 'field_changed',
  newcontact: 'new_contact',
  newsubscriber: 'new_contact',
  contactcreated: 'new_contact',
};

const plain = (word: string): string => word.toLowerCase().replace(/[^a-z\d]/g, '');

/** Values by the plain spelling of their keys, with the key as it is. */
type Fields = ReadonlyMap<string, { readonly key: string; readonly value: unknown }>;

const isEmpty = (value: unknown): boolean =>
  value === null || value === undefined || (typeof value === 'string' && value.trim() === '');

function fieldsOf(object: Readonly<Record<string, unknown>>): Fields {
  const fields = new Map<string, { key: string; value: unknown }>();
  for (const [key, value] of Object.entries(object))
    if (!isEmpty(value) && !fields.has(plain(key))) fields.set(plain(key), { key, value });
  return fields;
}

/** A placeholder of the field picker. */
const placeholder = /^\s*\{\{([^{}]*)\}\}\s*$/;

interface Found {
  readonly key: string;
  readonly text: string;
}

/** A value as text: ids can be numbers. */
function textOf({ key, value }: { readonly key: string; readonly value: unknown }): Found {
  if (typeof value === 'string') return { key, text: value };
  if (typeof value === 'number' || typeof value === 'boolean') return { key, text: String(value) };
  throw new Refused(422, `${keyText(key)} must be a text`);
}

/** The key of a body, for the log. */
const keyText = (key: string): string => JSON.stringify(clipped(withoutHidden(key), 40));

const notReplaced = (key: string): Refused =>
  new Refused(
    422,
    `${keyText(key)} holds a placeholder in {{…}} that ManyChat did not replace: choose it with the field picker of the body`,
  );

function find(places: readonly Fields[], names: readonly string[]): Found | undefined {
  for (const name of names)
    for (const fields of places) {
      const found = fields.get(name);
      if (found !== undefined) return textOf(found);
    }
  return undefined;
}

/** A value that comes from the field picker and is no free text. */
function findFilled(places: readonly Fields[], names: readonly string[]): Found | undefined {
  const found = find(places, names);
  if (found !== undefined && placeholder.test(found.text)) throw notReplaced(found.key);
  return found;
}

/** The id of the contact. Two ids that differ could lead an answer to the wrong person. */
function contactIn(places: readonly Fields[]): string {
  const given = places.flatMap((fields) =>
    spellings.contact.flatMap((name) => {
      const found = fields.get(name);
      return found === undefined ? [] : [textOf(found)];
    }),
  );
  const loose = findLoose(places);
  const found = given.length > 0 ? given : loose;
  const [first] = found;
  if (first === undefined)
    throw new Refused(
      422,
      'the body has no id of a contact: add "subscriber_id" with the Contact Id of the field picker',
    );
  for (const { key, text } of found) {
    if (placeholder.test(text)) throw notReplaced(key);
    if (!/^[1-9]\d{0,19}$/.test(text.trim()))
      throw new Refused(422, `${keyText(key)} is not the id of a contact, which has digits only`);
    if (text.trim() !== first.text.trim())
      throw new Refused(422, `${keyText(first.key)} and ${keyText(key)} are ids of different contacts`);
  }
  return first.text.trim();
}

function findLoose(places: readonly Fields[]): Found[] {
  const found = find(places, spellings.looseContact);
  return found === undefined ? [] : [found];
}

function channelIn(places: readonly Fields[], query: string | null): Channel | undefined {
  const found = findFilled(places, spellings.channel);
  const word = found?.text ?? query ?? '';
  if (word === '') return undefined;
  const channel = channelWords[plain(word)];
  if (channel === undefined)
    throw new Refused(
      422,
      `${found === undefined ? 'channel in the address' : keyText(found.key)} must be messenger, instagram, whatsapp or telegram`,
    );
  return channel;
}

function nameIn(places: readonly Fields[]): string | undefined {
  const whole = findFilled(places, spellings.contactName)?.text;
  const parts = [spellings.firstName, spellings.lastName].map((names) => findFilled(places, names)?.text ?? '');
  const name = oneLine(withoutHidden(whole ?? parts.join(' ')));
  return name === '' ? undefined : cut(name, maxNameLength);
}

const momentIn = (places: readonly Fields[]): string | undefined => {
  const found = findFilled(places, spellings.lastInteraction);
  return found && clipped(withoutHidden(found.text), maxMomentLength);
};

function linkIn(places: readonly Fields[]): string | undefined {
  const link = findFilled(places, spellings.chatLink)?.text.trim();
  return link === undefined || link.length > maxLinkLength ? undefined : browsable(link);
}

/** What a callback carries. */
function payloadIn(body: Fields): Result | undefined {
  const payload = body.get('payload')?.value;
  if (payload === undefined) return undefined;
  if (!isObject(payload)) throw new Refused(422, '"payload" must be an object');
  const cleaned = mapTexts(payload, withoutHidden);
  if (JSON.stringify(cleaned).length > maxPayloadLength) throw new Refused(422, '"payload" is too large');
  return isObject(cleaned) ? cleaned : undefined;
}

const shortText = (found: Found | undefined): string | undefined =>
  found && cut(oneLine(withoutHidden(found.text)), maxNameLength);

function eventIn(body: Fields, word: Found): Said {
  const type = eventWords[plain(word.text)] ?? 'other';
  const name = shortText(findFilled([body], spellings.eventName));
  const value = find([body], spellings.eventValue);
  return {
    kind: 'event',
    type,
    name: name ?? (type === 'other' ? shortText(word) : undefined),
    value: value && cut(withoutHidden(value.text), maxTextLength),
  };
}

/** Placeholders that stand for the text of a contact. One of these words in braces is the template, not a contact. */
const textPlaceholders: ReadonlySet<string> = new Set<string>([
  ...spellings.text,
  'lasttext',
  'userinput',
  'lastusertextinput',
]);

function wordsIn(places: readonly Fields[], payload: Result | undefined): Said {
  const found = find(places, spellings.text);
  const inner = placeholder.exec(found?.text ?? '')?.[1];
  if (found !== undefined && inner !== undefined && textPlaceholders.has(plain(inner))) throw notReplaced(found.key);
  const text = cut(withoutHidden((found?.text ?? '').replaceAll('\r\n', '\n')).trim(), maxTextLength);
  if (text === '' && payload === undefined)
    throw new Refused(422, 'the body has no text: add "text" with the Last Text Input of the field picker, or "event"');
  return { kind: 'text', text, ...(payload !== undefined && { payload }) };
}

/**
 * Reads what ManyChat has sent: a body of its own, Full Contact Data, or the payload of a callback. Tolerant of the names of
 * keys and of missing parts, exact with ids.
 * @param channel the one that the address names, for bodies without one.
 * @throws Refused that says what is missing, without anything that a contact wrote.
 */
export function readArrival(json: unknown, channel: string | null): Arrival {
  if (!isObject(json)) throw new Refused(422, 'the body is not a JSON object');
  const body = fieldsOf(json);
  const objects = contactObjects.flatMap((name) => {
    const value = body.get(name)?.value;
    return isObject(value) ? [fieldsOf(value)] : [];
  });
  const places = [body, ...objects];
  const event = findFilled([body], spellings.event);
  const isEvent = event !== undefined && plain(event.text) !== 'message';
  const payload = payloadIn(body);
  return {
    contact: contactIn(places),
    // The name in the body of an event is that of the tag or the field.
    contactName: nameIn(isEvent ? [new Map([...body].filter(([key]) => key !== 'name')), ...objects] : places),
    chatLink: linkIn(places),
    channel: channelIn(places, channel),
    lastInteraction: momentIn(places),
    said: isEvent ? eventIn(body, event) : wordsIn(places, payload),
  };
}
