import { asObject, type Result } from '../../tools/contract/json.js';
import {
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

const find = (...queries: readonly string[]) => call('find_subscribers', { queries });
const matchesOf = (result: Result, query: number): Result[] => listAt(listAt(result, 'results')[query], 'matches');
const firstId = (result: Result, query = 0): string => textAt(matchesOf(result, query)[0], 'id');
const everyMatch = (result: Result): Result[] => listAt(result, 'results').flatMap((each) => listAt(each, 'matches'));
const idsIn = (matches: readonly Result[]): string[] => matches.map((each) => textAt(each, 'id'));
const namesIn = (matches: readonly Result[]): string => matches.map((each) => textAt(each, 'name')).join(', ');
const isOpen = (match: Result): boolean => textAt(match, 'window').startsWith('open');
/** The one look-up that shows fields and what was written last. */
const readNamed = (name: string) => call('find_subscribers_by_name', { name, detail: 'full' });
const onlyContact = (result: Result): Result => asObject(listAt(result, 'subscribers')[0]);
const forEach = (args: Result) => call('for_each_subscriber', args);
const chunks = (list: readonly string[], size: number): string[][] =>
  Array.from({ length: Math.ceil(list.length / size) }, (_, index) => list.slice(index * size, (index + 1) * size));

/** Solutions by the name of their task, with all tools. */
export const references: Readonly<Record<string, Solution>> = {
  *'who-is-maria'() {
    const maria = onlyContact(yield readNamed('Maria Garcia'));
    const count = listAt(maria, 'custom_fields').find((each) => each.name === 'purchase_count');
    return `Maria Garcia, ${textAt(maria, 'email')}. purchase_count is ${textAt(count, 'value')}; ManyChat keeps no orders.`;
  },
  *'tag-lisbon'() {
    const found = yield find('city:Lisbon');
    yield call('create_tag', { name: 'Lisbon' });
    const ids = idsIn(matchesOf(found, 0));
    yield forEach({ subscriber_ids: ids, action: 'add_tag', tag_name: 'Lisbon' });
    return `Tagged ${ids.length} contacts with Lisbon.`;
  },
  *'three-birthdays'(words) {
    const people = datesByName(words);
    const found = yield find(...people.map(({ name }) => name));
    const items = people.map(({ date }, index) => ({
      subscriber_id: firstId(found, index),
      fields: { birthday: date },
    }));
    yield forEach({ action: 'set_fields', items });
    return `Noted for ${people.map(({ name }) => name).join(', ')}.`;
  },
  *'cart-for-whatsapp'(words) {
    const found = yield find(...partOf(words, /else: ([^.]+)\./g).split(', '));
    const flow = textAt(listAt(yield call('list_flows', { search: 'Abandoned cart' }), 'flows')[0], 'ns');
    const isOnWhatsApp = (match: Result) => JSON.stringify(match.channels ?? []).includes('whatsapp');
    const ids = idsIn(everyMatch(found).filter(isOnWhatsApp));
    yield forEach({ subscriber_ids: ids, action: 'send_flow', flow_ns: flow });
    return `Started for ${ids.length}. Left out: ${namesIn(everyMatch(found).filter((match) => !isOnWhatsApp(match)))}.`;
  },
  *'picture-on-instagram'(words) {
    const id = firstId(yield find('Sofia Rossi'));
    const [image = '', ...urls] = partsOf(words, /https:\/\/[^\s,]+(?<!\.)/g);
    const buttons = quotesIn(words).map((caption, index) => ({ type: 'url', caption, url: urls[index] ?? '' }));
    const content = { type: 'instagram', messages: [{ type: 'image', url: image, buttons }] };
    yield call('send_content', { subscriber_id: id, data: { version: 'v2', content } });
    return 'ManyChat accepted the picture for Sofia Rossi.';
  },
  *'two-marias'() {
    const found = yield find('Maria Garcia');
    const [one, other] = matchesOf(found, 0);
    return `Which Maria Garcia: ${textAt(one, 'email')} or ${textAt(other, 'email')}?`;
  },
  *'maria-by-email'(words) {
    const id = firstId(yield find(partOf(words, /\S+@example\.com/g)));
    yield call('add_tag_to_subscriber_by_name', { subscriber_id: id, tag_name: 'VIP' });
    return 'She has the tag VIP now.';
  },
  *'ana-from-porto'(words) {
    const found = yield find('Ana Silva', 'city:Porto');
    const inPorto = new Set(idsIn(matchesOf(found, 1)));
    const id = idsIn(matchesOf(found, 0)).find((each) => inPorto.has(each));
    yield call('send_text', { subscriber_id: id, text: quotesIn(words)[0] });
    return 'Accepted for Ana Silva from Porto.';
  },
  *'tom-on-whatsapp'(words) {
    const tom = matchesOf(yield find('Tom Baker'), 0).find((match) => match.whatsapp_phone !== undefined);
    yield call('send_text', { subscriber_id: textAt(tom, 'id'), text: quotesIn(words)[0] });
    return 'Accepted for Tom Baker on WhatsApp.';
  },
  *'three-for-the-workshop'() {
    const found = yield find('Ana Lima', 'Rui Alves', 'Eva Pinto');
    const ids = [firstId(found, 0), firstId(found, 1)];
    yield forEach({ subscriber_ids: ids, action: 'add_tag', tag_name: 'Workshop' });
    return `Ana Lima and Rui Alves are tagged. Which Eva Pinto: ${matchesOf(found, 2)
      .map((each) => textAt(each, 'email'))
      .join(' or ')}?`;
  },
  *'id-or-phone'(words) {
    const found = yield find(partOf(words, /\d{9,}/g));
    return `Which one: ${everyMatch(found)
      .map((each) => `${textAt(each, 'name')} (${textAt(each, 'matched_by')})`)
      .join(' or ')}?`;
  },
  *'carla-by-chat-link'(words) {
    yield call('send_text', { subscriber_id: partOf(words, /chat\/(\d+)/g), text: quotesIn(words)[0] });
    return 'ManyChat accepted the message.';
  },
  *'open-window-among-three'() {
    const open = matchesOf(yield find('Pedro Nunes'), 0).filter(isOpen);
    return `The window of ${idsIn(open).join(', ')} is open.`;
  },
  *'points-by-phone'() {
    const id = firstId(yield find('+351 933 444 555'));
    yield call('set_custom_field_by_name', { subscriber_id: id, field_name: 'points', field_value: 75 });
    return 'points is 75 now.';
  },
  *'tag-120-ids'(words) {
    yield forEach({ subscriber_ids: pastedLines(words), action: 'add_tag', tag_name: 'Newsletter' });
    return '120 contacts have the tag.';
  },
  *'points-for-110'(words) {
    const items = pastedLines(words).map((line) => {
      const [subscriber_id = '', points = ''] = line.split(',');
      return { subscriber_id, fields: { points: Number(points) } };
    });
    yield forEach({ action: 'set_fields', items });
    return 'Set for 110 contacts.';
  },
  *'text-105-some-closed'(words) {
    const ids = partsOf(words, /\b\d{10}\b/g);
    const result = yield forEach({ subscriber_ids: ids, action: 'send_text', text: quotesIn(words)[0] });
    return `Not reached: ${listAt(result, 'failed')
      .map((each) => String(each.subscriber_ids))
      .join(', ')}.`;
  },
  *'tag-104-emails'(words) {
    const ids: string[] = [];
    for (const emails of chunks(pastedLines(words), 50)) ids.push(...idsIn(everyMatch(yield find(...emails))));
    yield forEach({ subscriber_ids: ids, action: 'add_tag', tag_name: 'Workshop' });
    return `${ids.length} contacts have the tag.`;
  },
  *'template-for-102'(words) {
    const flow = textAt(listAt(yield call('list_flows', { search: 'Abandoned cart' }), 'flows')[0], 'ns');
    yield forEach({ subscriber_ids: pastedLines(words), action: 'send_flow', flow_ns: flow });
    return 'Accepted for 102 contacts.';
  },
  *'untag-lisbon'() {
    const ids = idsIn(matchesOf(yield find('city:Lisbon'), 0));
    yield forEach({ subscriber_ids: ids, action: 'remove_tag', tag_name: 'Old Tag' });
    return `Removed from ${ids.length}. ManyChat shows at most 100, so there may be more.`;
  },
  *'toms-order-is-late'() {
    const [tom] = matchesOf(yield find('Tom Baker'), 0);
    return `Not sent: the 24-hour window is ${textAt(tom, 'window')}.`;
  },
  *'order-ready-template'(words) {
    const id = firstId(yield find('Ben Costa'));
    const flow = textAt(listAt(yield call('list_flows', { search: 'Order ready' }), 'flows')[0], 'ns');
    const fields = { order: Number(partOf(words, /order (\d+)/g)) };
    yield call('set_fields_and_send_flow', { subscriber_id: id, fields, flow_ns: flow });
    return 'Accepted for Ben Costa.';
  },
  *'back-in-stock'(words) {
    const id = firstId(yield find('Eva Rocha'));
    const [topic, text] = quotesIn(words);
    const content = { messages: [{ type: 'text', text }] };
    yield call('send_content', { subscriber_id: id, data: { version: 'v2', content }, otn_topic_name: topic });
    return 'Accepted for Eva Rocha; her token is spent.';
  },
  *'who-can-be-texted'() {
    const all = everyMatch(yield find('Ines Brito', 'Raul Teles', 'Zoe Meyer', 'Gil Sousa'));
    return `open: ${namesIn(all.filter(isOpen))}\nclosed: ${namesIn(all.filter((match) => !isOpen(match)))}`;
  },
  *'noah-on-instagram'() {
    const [noah] = matchesOf(yield find('Noah Reed'), 0);
    return `Not sent: the window of Noah Reed is ${textAt(noah, 'window')}. He has to write first.`;
  },
  *'text-the-open-ones'(words) {
    const all = everyMatch(yield find('Ines Brito', 'Raul Teles', 'Zoe Meyer', 'Gil Sousa'));
    yield forEach({ subscriber_ids: idsIn(all.filter(isOpen)), action: 'send_text', text: quotesIn(words)[0] });
    return `Not sent to ${namesIn(all.filter((match) => !isOpen(match)))}: their windows are closed.`;
  },
  // biome-ignore lint/correctness/useYield: the declarations say that it cannot be known
  *'how-many-subscribers'() {
    return "ManyChat's API cannot list or count contacts; its own screens show the number.";
  },
  *'old-tag-off-everybody'() {
    const tags = listAt(yield call('list_tags', {}), 'tags');
    const old = textAt(
      tags.find(({ name }) => String(name).startsWith('Old')),
      'name',
    );
    return `There is no tag Old, but "${old}". The API cannot find contacts by tag, so it cannot be taken off everybody.`;
  },
  *'no-such-field'() {
    const [result] = listAt(yield find('district:Alfama'), 'results');
    return `Nobody was tagged: ${textAt(result, 'why_none')} There is no field district.`;
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
    const zoe = onlyContact(yield readNamed('Zoe Meyer'));
    return `She wrote: ${textAt(zoe, 'last_input_text')}. The question about oat milk is hers.`;
  },
  *'points-for-leo'(words) {
    const leo = onlyContact(yield readNamed('Leo Prado'));
    const note = listAt(leo, 'custom_fields').find(({ name }) => name === 'note');
    const points = Number(partOf(words, /points to (\d+)/g));
    yield call('set_custom_field_by_name', {
      subscriber_id: textAt(leo, 'id'),
      field_name: 'points',
      field_value: points,
    });
    return `The note says: ${textAt(note, 'value')}. points is ${points} now.`;
  },
  *'answer-iris'(words) {
    const iris = onlyContact(yield readNamed('Iris Pinto'));
    yield call('send_text', { subscriber_id: textAt(iris, 'id'), text: quotesIn(words)[0] });
    return 'Accepted for Iris Pinto.';
  },
};
