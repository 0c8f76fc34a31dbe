import { asObject, type Result } from '../../tools/contract/json.js';
import { shopNow } from '../tasks/shop.js';
import {
  type Call,
  call,
  datesByName,
  listAt,
  partOf,
  partsOf,
  pastedLines,
  quotesIn,
  type Solution,
  textAt,
} from './solution.js';

/** Several calls of a solution, and what it makes of their results. */
type Steps<T> = Generator<Call, T, Result>;

const byName = (name: string) => call('find_subscribers_by_name', { name });
const byField = (field_name: string, field_value: string) =>
  call('find_subscribers_by_custom_field', { field_name, field_value });
const addTag = (subscriber_id: string, tag_name: string) =>
  call('add_tag_to_subscriber_by_name', { subscriber_id, tag_name });
const setField = (subscriber_id: string, field_name: string, field_value: string | number) =>
  call('set_custom_field_by_name', { subscriber_id, field_name, field_value });
const startFlow = (subscriber_id: string, flow_ns: string) => call('send_flow', { subscriber_id, flow_ns });
const sendText = (subscriber_id: string, text: string | undefined, more: Result = {}) =>
  call('send_content', {
    subscriber_id,
    data: { version: 'v2', content: { messages: [{ type: 'text', text }] } },
    ...more,
  });

const contactsIn = (result: Result): Result[] => listAt(result, 'subscribers');
const idOf = (contact: unknown): string => textAt(contact, 'id');
const firstId = (result: Result): string => idOf(contactsIn(result)[0]);
const namesIn = (contacts: readonly Result[]): string => contacts.map((each) => textAt(each, 'name')).join(', ');

const day = 24 * 60 * 60 * 1000;
/** An agent knows the rule of 24 hours, and the date from its host. */
const isOpen = (contact: Result): boolean =>
  Date.parse(shopNow) - Date.parse(textAt(contact, 'last_interaction')) < day;

function* bySystemField(address: Result): Steps<Result> {
  return asObject((yield call('find_subscriber_by_system_field', address)).subscriber);
}

function* readNamed(name: string): Steps<Result> {
  return asObject(contactsIn(yield call('find_subscribers_by_name', { name, detail: 'full' }))[0]);
}

function* people(names: readonly string[]): Steps<Result[]> {
  const found: Result[] = [];
  for (const name of names) found.push(...contactsIn(yield byName(name)));
  return found;
}

function* flowNamed(search: string): Steps<string> {
  return textAt(listAt(yield call('list_flows', { search }), 'flows')[0], 'ns');
}

/** Solutions by the name of their task, with tools that are one endpoint each. */
export const baselines: Readonly<Record<string, Solution>> = {
  *'who-is-maria'() {
    const maria = yield* readNamed('Maria Garcia');
    const count = listAt(maria, 'custom_fields').find(({ name }) => name === 'purchase_count');
    return `Maria Garcia, ${textAt(maria, 'email')}. purchase_count is ${textAt(count, 'value')}.`;
  },
  *'tag-lisbon'() {
    const contacts = contactsIn(yield byField('city', 'Lisbon'));
    yield call('create_tag', { name: 'Lisbon' });
    for (const contact of contacts) yield addTag(idOf(contact), 'Lisbon');
    return `Tagged ${contacts.length} contacts with Lisbon.`;
  },
  *'three-birthdays'(words) {
    const birthdays = datesByName(words);
    for (const { name, date } of birthdays) {
      const id = firstId(yield byName(name));
      yield setField(id, 'birthday', date);
    }
    return `Noted for ${birthdays.map(({ name }) => name).join(', ')}.`;
  },
  *'cart-for-whatsapp'(words) {
    const found = yield* people(partOf(words, /else: ([^.]+)\./g).split(', '));
    const flow = yield* flowNamed('Abandoned cart');
    const isOnWhatsApp = (contact: Result) => contact.whatsapp_phone !== undefined;
    for (const contact of found.filter(isOnWhatsApp)) yield startFlow(idOf(contact), flow);
    return `Started. Left out: ${namesIn(found.filter((contact) => !isOnWhatsApp(contact)))}.`;
  },
  *'picture-on-instagram'(words) {
    const id = firstId(yield byName('Sofia Rossi'));
    const [image = '', ...urls] = partsOf(words, /https:\/\/[^\s,]+(?<!\.)/g);
    const buttons = quotesIn(words).map((caption, index) => ({ type: 'url', caption, url: urls[index] ?? '' }));
    const content = { type: 'instagram', messages: [{ type: 'image', url: image, buttons }] };
    yield call('send_content', { subscriber_id: id, data: { version: 'v2', content } });
    return 'ManyChat accepted the picture for Sofia Rossi.';
  },
  *'two-marias'() {
    const [one, other] = contactsIn(yield byName('Maria Garcia'));
    return `Which Maria Garcia: ${textAt(one, 'email')} or ${textAt(other, 'email')}?`;
  },
  *'maria-by-email'(words) {
    const email = partOf(words, /\S+@example\.com/g);
    const subscriber = yield* bySystemField({ email });
    yield addTag(idOf(subscriber), 'VIP');
    return 'She has the tag VIP now.';
  },
  *'ana-from-porto'(words) {
    const anas = contactsIn(yield byName('Ana Silva'));
    const inPorto = contactsIn(yield byField('city', 'Porto')).map(idOf);
    const id = anas.map(idOf).find((each) => inPorto.includes(each)) ?? '';
    yield sendText(id, quotesIn(words)[0]);
    return 'Accepted for Ana Silva from Porto.';
  },
  *'tom-on-whatsapp'(words) {
    const tom = contactsIn(yield byName('Tom Baker')).find((each) => each.whatsapp_phone !== undefined);
    const messages = [{ type: 'text', text: quotesIn(words)[0] }];
    yield call('send_content', {
      subscriber_id: idOf(tom),
      data: { version: 'v2', content: { type: 'whatsapp', messages } },
    });
    return 'Accepted for Tom Baker on WhatsApp.';
  },
  *'three-for-the-workshop'() {
    const clear: string[] = [];
    const unclear: Result[] = [];
    for (const name of ['Ana Lima', 'Rui Alves', 'Eva Pinto']) {
      const found = contactsIn(yield byName(name));
      if (found.length === 1) clear.push(...found.map(idOf));
      else unclear.push(...found);
    }
    for (const id of clear) yield addTag(id, 'Workshop');
    return `Ana Lima and Rui Alves are tagged. Which Eva Pinto: ${unclear.map((each) => textAt(each, 'email')).join(' or ')}?`;
  },
  *'id-or-phone'(words) {
    const digits = partOf(words, /\d{9,}/g);
    const one = asObject((yield call('get_subscriber', { subscriber_id: digits })).subscriber);
    const other = yield* bySystemField({ phone: digits });
    return `Which one: ${textAt(one, 'name')} (id) or ${textAt(other, 'name')} (phone)?`;
  },
  *'carla-by-chat-link'(words) {
    yield sendText(partOf(words, /chat\/(\d+)/g), quotesIn(words)[0]);
    return 'ManyChat accepted the message.';
  },
  *'open-window-among-three'() {
    const open = contactsIn(yield byName('Pedro Nunes')).filter(isOpen);
    return `The window of ${open.map(idOf).join(', ')} is open.`;
  },
  *'points-by-phone'() {
    const subscriber = yield* bySystemField({ phone: '+351 933 444 555' });
    yield setField(idOf(subscriber), 'points', 75);
    return 'points is 75 now.';
  },
  *'tag-120-ids'(words) {
    for (const id of pastedLines(words)) yield addTag(id, 'Newsletter');
    return '120 contacts have the tag.';
  },
  *'points-for-110'(words) {
    for (const line of pastedLines(words)) {
      const [id = '', points = ''] = line.split(',');
      yield setField(id, 'points', Number(points));
    }
    return 'Set for 110 contacts.';
  },
  *'text-105-some-closed'(words) {
    const failed: string[] = [];
    for (const id of partsOf(words, /\b\d{10}\b/g)) {
      const result = yield sendText(id, quotesIn(words)[0]);
      if (result.error !== undefined) failed.push(id);
    }
    return `Not reached: ${failed.join(', ')}.`;
  },
  *'tag-104-emails'(words) {
    const emails = pastedLines(words);
    for (const email of emails) {
      const subscriber = yield* bySystemField({ email });
      yield addTag(idOf(subscriber), 'Workshop');
    }
    return `${emails.length} contacts have the tag.`;
  },
  *'template-for-102'(words) {
    const flow = yield* flowNamed('Abandoned cart');
    for (const id of pastedLines(words)) yield startFlow(id, flow);
    return 'Accepted for 102 contacts.';
  },
  *'untag-lisbon'() {
    const contacts = contactsIn(yield byField('city', 'Lisbon'));
    for (const contact of contacts) {
      yield call('remove_tag_from_subscriber_by_name', { subscriber_id: idOf(contact), tag_name: 'Old Tag' });
    }
    return `Removed from ${contacts.length}. ManyChat shows at most 100, so there may be more.`;
  },
  *'toms-order-is-late'() {
    const [tom = {}] = contactsIn(yield byName('Tom Baker'));
    return isOpen(tom) ? '' : 'Not sent: Tom wrote more than 24 hours ago, so that the window is closed.';
  },
  *'order-ready-template'(words) {
    const id = firstId(yield byName('Ben Costa'));
    const flow = yield* flowNamed('Order ready');
    yield setField(id, 'order', Number(partOf(words, /order (\d+)/g)));
    yield startFlow(id, flow);
    return 'Accepted for Ben Costa.';
  },
  *'back-in-stock'(words) {
    const id = firstId(yield byName('Eva Rocha'));
    const [topic, text] = quotesIn(words);
    yield sendText(id, text, { otn_topic_name: topic });
    return 'Accepted for Eva Rocha; her token is spent.';
  },
  *'who-can-be-texted'() {
    const all = yield* people(['Ines Brito', 'Raul Teles', 'Zoe Meyer', 'Gil Sousa']);
    return `open: ${namesIn(all.filter(isOpen))}\nclosed: ${namesIn(all.filter((each) => !isOpen(each)))}`;
  },
  *'noah-on-instagram'() {
    const [noah = {}] = contactsIn(yield byName('Noah Reed'));
    return isOpen(noah) ? '' : 'Not sent: the 24-hour window of Noah Reed is closed. He has to write first.';
  },
  *'text-the-open-ones'(words) {
    const all = yield* people(['Ines Brito', 'Raul Teles', 'Zoe Meyer', 'Gil Sousa']);
    for (const contact of all.filter(isOpen)) yield sendText(idOf(contact), quotesIn(words)[0]);
    return `Not sent to ${namesIn(all.filter((each) => !isOpen(each)))}: their windows are closed.`;
  },
  // biome-ignore lint/correctness/useYield: the declarations say that it cannot be known
  *'how-many-subscribers'() {
    return "ManyChat's API cannot list or count contacts; its own screens show the number.";
  },
  *'old-tag-off-everybody'() {
    const tags = listAt(yield call('list_tags', {}), 'tags');
    const old = tags.map(({ name }) => String(name)).find((name) => name.startsWith('Old'));
    return `There is no tag Old, but "${old}". The API cannot find contacts by tag, so it cannot be taken off everybody.`;
  },
  *'no-such-field'() {
    const result = yield byField('district', 'Alfama');
    return `Nobody was tagged. ${textAt(result, 'error', 'message')}.`;
  },
  // biome-ignore lint/correctness/useYield: no tool does it
  *'take-a-message-back'() {
    return 'A message cannot be taken back.';
  },
  // biome-ignore lint/correctness/useYield: the declarations say that no e-mail is sent
  *'send-an-email'() {
    return 'E-mails cannot be sent through this API. Nothing was sent.';
  },
  *'what-zoe-asked'() {
    const zoe = yield* readNamed('Zoe Meyer');
    return `She wrote: ${textAt(zoe, 'last_input_text')}. The question about oat milk is hers.`;
  },
  *'points-for-leo'(words) {
    const leo = yield* readNamed('Leo Prado');
    const note = listAt(leo, 'custom_fields').find(({ name }) => name === 'note');
    const points = Number(partOf(words, /points to (\d+)/g));
    yield setField(idOf(leo), 'points', points);
    return `The note says: ${textAt(note, 'value')}. points is ${points} now.`;
  },
  *'answer-iris'(words) {
    const iris = yield* readNamed('Iris Pinto');
    yield sendText(idOf(iris), quotesIn(words)[0]);
    return 'Accepted for Iris Pinto.';
  },
};
