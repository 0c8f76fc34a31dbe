/** Content that the gallery draws in each channel. */
export interface Example {
  /** The name of its picture. */
  readonly name: string;
  readonly content: unknown;
  readonly splitTexts?: boolean;
  readonly isPartial?: boolean;
  readonly isFromContact?: boolean;
}

const shop = 'https://shop.example.com';

const text = (content: string, more: object = {}) => ({ type: 'text', text: content, ...more });
const flow = (caption: string, more: object = {}) => ({
  type: 'flow',
  caption,
  target: 'content20180221085508_278589',
  ...more,
});
const url = (caption: string, more: object = {}) => ({ type: 'url', caption, url: `${shop}/sale`, ...more });
const call = (caption: string) => ({ type: 'call', caption, phone: '+1 (555) 555-01-00' });
const buy = (caption: string, more: object = {}) => ({
  type: 'buy',
  caption,
  customer: { shipping_address: true, contact_name: true, contact_phone: false },
  product: { label: 'T-shirt', cost: 2_450 },
  ...more,
});
const callback = (caption: string) => ({
  type: 'dynamic_block_callback',
  caption,
  url: `${shop}/more`,
  method: 'post',
  headers: { 'x-shop': '1' },
  payload: { page: 2, name: '{{first_name}}' },
});
const tagged = { actions: [{ action: 'add_tag', tag_name: 'VIP' }] };
const card = (title: string, more: object = {}) => ({
  title,
  subtitle: 'Cotton, four colours',
  image_url: `${shop}/pictures/${title.toLowerCase().replaceAll(' ', '-')}.jpg`,
  action_url: `${shop}/${title.toLowerCase().replaceAll(' ', '-')}`,
  buttons: [url('See it'), flow('Ask a question')],
  ...more,
});
const cards = (elements: readonly object[], more: object = {}) => ({ type: 'cards', elements, ...more });

const allActions = [
  { action: 'add_tag', tag_name: 'Customer' },
  { action: 'remove_tag', tag_name: 'Lead' },
  { action: 'set_field_value', field_name: 'Source', value: 'Spring sale' },
  { action: 'set_field_value', field_name: 'Points', value: 12 },
  { action: 'unset_field_value', field_name: 'Cart' },
];

const sentence = 'The parcel leaves our warehouse tomorrow, and you can follow it on its way to you. ';

const ofEachKind: readonly Example[] = [
  { name: 'text', content: { messages: [text('Hello! How can I help you today?')] } },
  {
    name: 'text-lines',
    content: {
      messages: [
        text(
          `Your order is on its way.\n\nFollow it: ${shop}/track?order=1001&lang=en (any time).\nOr call tel:+15555550100.`,
        ),
        text('Anything else?'),
      ],
    },
  },
  {
    name: 'text-buttons',
    content: { messages: [text('What would you like to do?', { buttons: [flow('Track my order'), url('Shop')] })] },
  },
  {
    name: 'button-url',
    content: {
      messages: [
        text('Our sale has begun.', { buttons: [url('Open the shop', { webview_size: 'medium', ...tagged })] }),
      ],
    },
  },
  { name: 'button-flow', content: { messages: [text('Shall we start?', { buttons: [flow('Start', tagged)] })] } },
  { name: 'button-call', content: { messages: [text('We are open until six.', { buttons: [call('Call us')] })] } },
  {
    name: 'button-buy',
    content: {
      messages: [
        text('The last one in your size:', {
          buttons: [buy('Buy', { success_target: 'content20180221085508_278589' })],
        }),
      ],
    },
  },
  {
    name: 'button-callback',
    content: { messages: [text('There is more to see.', { buttons: [callback('Show more')] })] },
  },
  {
    name: 'image',
    content: { messages: [{ type: 'image', url: `${shop}/pictures/spring.jpg`, buttons: [url('Shop')] }] },
  },
  { name: 'video', content: { messages: [{ type: 'video', url: `${shop}/films/how-it-is-made.mp4` }] } },
  { name: 'audio', content: { messages: [{ type: 'audio', url: `${shop}/voice.m4a` }] } },
  { name: 'file', content: { messages: [{ type: 'file', url: `${shop}/files/invoice%201001.pdf` }] } },
  { name: 'card', content: { messages: [cards([card('Summer shirt')])] } },
  {
    name: 'cards-square',
    content: {
      messages: [
        text('Our favourites:'),
        cards([card('Summer shirt'), card('Straw hat', { subtitle: undefined }), { title: 'Sandals' }], {
          image_aspect_ratio: 'square',
        }),
      ],
    },
  },
  {
    name: 'quick-replies',
    content: {
      messages: [text('Which size?')],
      quick_replies: [flow('Small'), flow('Medium', tagged), callback('Large')],
    },
  },
  { name: 'actions', content: { messages: [text('Welcome!')], actions: allActions } },
  { name: 'actions-only', content: { messages: [], actions: [{ action: 'add_tag', tag_name: 'Seen' }] } },
  {
    name: 'external-message-callback',
    content: {
      messages: [text('What is your order number?')],
      external_message_callback: { url: `${shop}/answers`, method: 'post', payload: { step: 1 }, timeout: 3_600 },
    },
  },
  {
    name: 'mixed',
    content: {
      messages: [
        text('Hi Maria 👋'),
        { type: 'image', url: `${shop}/pictures/spring.jpg` },
        text('Your order has been sent. Anything else?', {
          buttons: [url('Track it'), flow('Change the address'), call('Call us')],
        }),
      ],
      quick_replies: [flow('Yes'), flow('No, thanks')],
      actions: [{ action: 'add_tag', tag_name: 'Order sent' }],
    },
  },
  {
    name: 'from-contact',
    isFromContact: true,
    content: {
      messages: [
        text(`Where is my order? I looked at ${shop}/track`),
        { type: 'image', url: 'https://cdn.example.com/photo.jpg' },
        { type: 'audio', url: 'https://cdn.example.com/voice.ogg' },
      ],
    },
  },
];

const atLimits: readonly Example[] = [
  {
    name: 'ten-messages',
    content: { messages: Array.from({ length: 10 }, (_, at) => text(`Message ${at + 1} of ten`)) },
  },
  {
    name: 'three-buttons',
    content: {
      messages: [text('One of each:', { buttons: [url('Open the shop'), flow('Talk to us', tagged), buy('Buy')] })],
    },
  },
  {
    name: 'eleven-quick-replies',
    content: {
      messages: [text('Which size do you wear?')],
      quick_replies: Array.from({ length: 11 }, (_, at) => flow(`Size ${36 + at}`)),
    },
  },
  { name: 'ten-cards', content: { messages: [cards(Array.from({ length: 10 }, (_, at) => card(`Shirt ${at + 1}`)))] } },
  {
    name: 'too-many',
    content: {
      messages: [text('Choose:', { buttons: [flow('1'), flow('2'), flow('3'), flow('4')] })],
      quick_replies: Array.from({ length: 12 }, (_, at) => flow(`${at}`)),
    },
  },
  {
    name: 'split-text',
    splitTexts: true,
    content: { messages: [text(`${sentence.repeat(30)}\n\n${sentence.repeat(12)}`, { buttons: [flow('Fine')] })] },
  },
  { name: 'too-long', content: { messages: [text(sentence.repeat(26))] } },
  {
    name: 'long-words',
    content: {
      messages: [
        text(`${'x'.repeat(200)} ${shop}/${'path/'.repeat(30)}`, {
          buttons: [url('A caption that is much longer than any channel would show on a button of its own', {})],
        }),
        cards([card('T'.repeat(80), { subtitle: 'S'.repeat(80) }), card('Short')]),
      ],
    },
  },
];

const ofOtherScripts: readonly Example[] = [
  {
    name: 'emoji',
    content: {
      messages: [text('👍'), text('Thanks! 👨‍👩‍👧‍👦 🇪🇸 ❤️ 1️⃣ 👋🏽')],
      quick_replies: [flow('👍'), flow('👎 No')],
    },
  },
  {
    name: 'rtl',
    content: {
      messages: [
        text(`مرحبا! طلبك رقم 1001 في الطريق إليك.\nتابع: ${shop}/track`, {
          buttons: [flow('تتبع الطلب'), url('المتجر')],
        }),
        cards([card('قميص صيفي', { subtitle: 'قطن، أربعة ألوان' })]),
      ],
      quick_replies: [flow('نعم'), flow('לא, תודה')],
    },
  },
  {
    name: 'cjk',
    content: {
      messages: [
        text('您好！您的订单已发货，请点击下方按钮查看物流信息。', { buttons: [flow('查看物流'), url('お店を見る')] }),
      ],
      quick_replies: [flow('はい'), flow('아니요')],
    },
  },
];

const hostile: readonly Example[] = [
  {
    name: 'placeholders',
    content: {
      messages: [text('Hi {{first_name}}, your code is {{cuf_123}}.', { buttons: [url('Open {{page}}')] })],
    },
  },
  {
    name: 'bad-links',
    content: {
      messages: [
        text('javascript:alert(1) data:text/html,x https://bank.example@evil.example/ https://xn--80ak6aa92e.com/', {
          buttons: [
            url('Script', { url: 'javascript:alert(1)' }),
            url('Credentials', { url: 'https://bank.example@evil.example/login' }),
            url('Look-alike', { url: 'https://аррӏе.com/' }),
          ],
        }),
        { type: 'image', url: 'data:image/png;base64,AAAA' },
        { type: 'file', url: 'ftp://files.example.com/a.pdf' },
      ],
    },
  },
  {
    name: 'markup',
    content: {
      messages: [
        text('<img src=x onerror=alert(1)><script>alert(1)</script> &amp; <b>bold</b>', {
          buttons: [flow('<i>press</i>'), flow('\u202egnp.exe')],
        }),
        text('user \u202etxt.exe\u202c and \u2066isolate'),
      ],
      quick_replies: [flow('"><svg onload=alert(1)>')],
      actions: [{ action: 'set_field_value', field_name: '\u202eabc', value: '<b>xyz</b>' }],
    },
  },
  {
    name: 'unknown',
    content: {
      type: 'sms',
      messages: [
        { type: 'sticker', id: 7 },
        'just text',
        null,
        { text: 'no type' },
        text('', { buttons: [{ type: 'share', caption: 'Share' }, { caption: 'No type' }, 7] }),
        { type: 'cards', elements: [null, { subtitle: 'no title' }] },
      ],
      quick_replies: [url('A url'), 'x'],
      actions: [{ action: 'explode' }],
    },
  },
  { name: 'empty', content: {} },
  {
    name: 'partial',
    isPartial: true,
    content: '{"version":"v2","content":{"messages":[{"type":"text","text":"Your order is on its w',
  },
];

/** Every example. */
export const examples: readonly Example[] = [...ofEachKind, ...atLimits, ...ofOtherScripts, ...hostile];
