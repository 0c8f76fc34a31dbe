import { clipped, durationText, idText } from '../../tools/contract/quoted.js';
import { type Link, safeLink } from './links.js';
import { type Fields, fieldsIn, listIn, rawText, textIn } from './values.js';

/** A part of a phrase: words of ours, or what strangers wrote, which is drawn in isolation: a name in quotes, or an id or a number. */
type Part = string | { readonly name: string } | { readonly id: string } | { readonly link: Link };

/** A phrase of ours. */
export type Phrase = readonly Part[];

/** A phrase as text. */
export const phraseText = (phrase: Phrase): string =>
  phrase
    .map((part) =>
      typeof part === 'string' ? part : 'name' in part ? part.name : 'id' in part ? part.id : part.link.text,
    )
    .join('');

const nameOf = (value: unknown): Part => {
  const text = clipped(textIn(value) ?? rawText(value ?? ''));
  return typeof value === 'number' || typeof value === 'boolean' ? { id: text } : { name: text };
};

/** The ns of a flow or the id of a node. */
const idOf = (value: unknown): Part => {
  const text = textIn(value) ?? '';
  return idText(text) === text ? { id: text } : nameOf(value);
};

/** What an action of content does. */
function actionPhrase(value: unknown): Phrase {
  const action = fieldsIn(value) ?? {};
  const field = nameOf(action.field_name);
  switch (action.action) {
    case 'add_tag':
      return ['adds the tag ', nameOf(action.tag_name)];
    case 'remove_tag':
      return ['removes the tag ', nameOf(action.tag_name)];
    case 'set_field_value':
      return ['sets ', field, ' to ', nameOf(action.value)];
    case 'unset_field_value':
      return ['clears ', field];
    default:
      return ['unknown action: ', { id: clipped(rawText(value)) }];
  }
}

/** What the actions of content or of a button do. */
export const actionPhrases = (value: unknown): readonly Phrase[] =>
  (listIn(value) ?? []).slice(0, 20).map(actionPhrase);

const webviewSizes: ReadonlyMap<unknown, string> = new Map([
  ['full', 'the full screen'],
  ['medium', 'three quarters of the screen'],
  ['compact', 'half of the screen'],
]);

const customerNeeds: Readonly<Record<string, string>> = {
  shipping_address: 'address',
  contact_name: 'name',
  contact_phone: 'phone',
  contact_email: 'email',
};

function buyPhrases({ product, customer, success_target: target }: Fields): Phrase[] {
  const { label, cost } = fieldsIn(product) ?? {};
  const price = typeof cost === 'number' ? (cost / 100).toFixed(2) : textIn(cost);
  const asked = Object.entries(fieldsIn(customer) ?? {}).flatMap(([key, isNeeded]) =>
    isNeeded === true && Object.hasOwn(customerNeeds, key) ? [customerNeeds[key] ?? key] : [],
  );
  return [
    ['buys ', nameOf(label), ...(price === undefined ? [] : [' for ', { id: clipped(price) }])],
    ...(asked.length === 0 ? [] : [[`asks for ${asked.join(', ')}`]]),
    ...(textIn(target) === undefined ? [] : [['then starts the flow ', idOf(target)]]),
  ];
}

/** What a request to a server carries. */
export function requestPhrases({ headers, payload, timeout }: Fields): Phrase[] {
  const headerNames = Object.keys(fieldsIn(headers) ?? {}).slice(0, 10);
  const data = fieldsIn(payload);
  return [
    ...(headerNames.length === 0 ? [] : [['with the headers ', { id: clipped(headerNames.join(', ')) }]]),
    ...(data === undefined ? [] : [['with ', { id: clipped(rawText(data)) }]]),
    ...(typeof timeout === 'number'
      ? [[`within ${timeout < 60 ? `${timeout} s` : durationText(timeout * 1_000)}`]]
      : []),
  ];
}

/** What a button or quick reply does, in short phrases. */
export function buttonPhrases(type: string, button: Fields): readonly Phrase[] {
  switch (type) {
    case 'url': {
      const size = textIn(button.webview_size);
      return [
        ['opens ', { link: safeLink(button.url ?? '') }],
        ...(size === undefined ? [] : [['on ', webviewSizes.get(size) ?? nameOf(size)]]),
      ];
    }
    case 'flow':
      return [['starts the flow ', idOf(button.target ?? button.flow_ns)]];
    case 'node':
      return [['goes to the node ', idOf(button.target)]];
    case 'call':
      return [['calls ', { link: safeLink(`tel:${textIn(button.phone) ?? ''}`) }]];
    case 'buy':
      return buyPhrases(button);
    case 'dynamic_block_callback':
      return [['asks ', { link: safeLink(button.url ?? '') }], ...requestPhrases(button)];
    default:
      return [];
  }
}
