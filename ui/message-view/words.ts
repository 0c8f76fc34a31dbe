import { clipped } from '../../tools/contract/quoted.js';
import { type Link, safeLink } from './links.js';
import { type Fields, fieldsIn, listIn, rawText, textIn } from './values.js';

/** A phrase of ours. What strangers wrote in it is kept apart, so that it is drawn in isolation. */
export type Phrase = readonly (string | { readonly name: string } | { readonly link: Link })[];

const nameOf = (value: unknown): { name: string } => ({ name: clipped(textIn(value) ?? rawText(value ?? '')) });

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
      return ['unknown action: ', { name: clipped(rawText(value)) }];
  }
}

/** What the actions of content or of a button do. */
export const actionPhrases = (value: unknown): readonly Phrase[] =>
  (listIn(value) ?? []).slice(0, 20).map(actionPhrase);

const webviewSizes: Readonly<Record<string, string>> = {
  full: 'full screen',
  medium: 'three quarters of the screen',
  compact: 'half of the screen',
};

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
    ['buys ', nameOf(label), ...(price === undefined ? [] : [' for ', { name: price }])],
    ...(asked.length === 0 ? [] : [[`asks for ${asked.join(', ')}`]]),
    ...(textIn(target) === undefined ? [] : [['then starts the flow ', nameOf(target)]]),
  ];
}

/** What a request to a server carries. */
export function requestPhrases({ headers, payload, timeout }: Fields): Phrase[] {
  const headerNames = Object.keys(fieldsIn(headers) ?? {}).slice(0, 10);
  const data = fieldsIn(payload);
  return [
    ...(headerNames.length === 0 ? [] : [['with the headers ', { name: headerNames.join(', ') }]]),
    ...(data === undefined ? [] : [['with ', { name: clipped(rawText(data)) }]]),
    ...(typeof timeout === 'number' ? [[`within ${timeout} s`]] : []),
  ];
}

/** What a button or quick reply does, in short phrases. */
export function buttonPhrases(type: string, button: Fields): readonly Phrase[] {
  switch (type) {
    case 'url': {
      const size = textIn(button.webview_size);
      const share = size === undefined ? undefined : (webviewSizes[size] ?? size);
      return [
        ['opens ', { link: safeLink(button.url) }],
        ...(share === undefined ? [] : [['in a window of ', { name: clipped(share) }]]),
      ];
    }
    case 'flow':
      return [['starts the flow ', nameOf(button.target ?? button.flow_ns)]];
    case 'node':
      return [['goes to the node ', nameOf(button.target)]];
    case 'call':
      return [['calls ', { link: safeLink(`tel:${textIn(button.phone) ?? ''}`) }]];
    case 'buy':
      return buyPhrases(button);
    case 'dynamic_block_callback':
      return [['asks ', { link: safeLink(button.url) }], ...requestPhrases(button)];
    default:
      return [];
  }
}
