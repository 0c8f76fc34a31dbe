import type { Account, BotField, CustomField, Flow } from './account.js';
import { crowd } from './crowd.js';
import { knownPeople } from './people.js';
import type { Random } from './random.js';

const customFields: CustomField[] = [
  { id: 1, name: 'phone_number', type: 'text', description: 'Phone number the customer gave in chat' },
  { id: 2, name: 'purchase_count', type: 'number', description: 'Orders so far' },
  { id: 3, name: 'favourite_roast', type: 'text', description: 'Light, medium or dark' },
  { id: 4, name: 'birthday', type: 'date', description: 'For the birthday coupon' },
  { id: 5, name: 'next_delivery', type: 'datetime', description: 'When the next bag arrives' },
  { id: 6, name: 'newsletter', type: 'boolean', description: 'Wants the monthly letter' },
  { id: 7, name: 'reply_text', type: 'text', description: 'What the flow "Say this" sends' },
  { id: 8, name: 'wa_number', type: 'text', description: 'WhatsApp number, mirrored so that it can be searched' },
  { id: 123, name: 'coupon_code', type: 'text', description: 'Last coupon given' },
  { id: 124, name: 'field2', type: 'text', description: '' },
];

const botFields: BotField[] = [
  { id: 1, name: 'shop_name', type: 'text', description: 'Shown in greetings', value: 'Sunrise Coffee' },
  { id: 2, name: 'counter', type: 'number', description: 'Global counter', value: 0 },
  { id: 3, name: 'sale_day', type: 'date', description: 'Next sale', value: '2026-11-27' },
  { id: 4, name: 'next_roast', type: 'datetime', description: 'Next roast', value: '2026-10-01T07:45:00+03:00' },
  { id: 5, name: 'is_open', type: 'boolean', description: 'Whether the shop is open', value: true },
  { id: 123, name: 'announcement', type: 'text', description: 'Line on top of the menu', value: '' },
  { id: 124, name: 'field2', type: 'text', description: '', value: null },
];

type FlowRow = Omit<Flow, 'channel' | 'template'> & Partial<Pick<Flow, 'channel' | 'template'>>;

const flowRows: FlowRow[] = [
  {
    ns: 'content123456',
    name: 'Welcome Flow',
    folder_id: 1,
    texts: ['Welcome to Sunrise Coffee, {{first_name}}!', 'Your favourite roast: {{favourite_roast}}'],
  },
  { ns: 'content123', name: 'Option 1', folder_id: 1, texts: ['You chose option 1.'] },
  { ns: 'content456', name: 'Option 2', folder_id: 2, texts: ['You chose option 2.'] },
  {
    ns: 'content20180221085508_278589',
    name: 'Order status',
    folder_id: 2,
    texts: ['{{first_name}}, your next delivery: {{next_delivery}}'],
  },
  { ns: 'content20240311101502_501223', name: 'Say this', folder_id: 1, texts: ['{{reply_text}}'] },
  {
    ns: 'content20240611120000_714450',
    name: 'WhatsApp order update (template)',
    folder_id: 3,
    channel: 'whatsapp',
    template: true,
    texts: ['Hello {{first_name}}, your coffee is on its way.'],
  },
  {
    ns: 'content20240702093015_802211',
    name: 'Instagram giveaway',
    folder_id: 0,
    channel: 'instagram',
    texts: ['You are in, {{first_name}}!'],
  },
];

/** The first account: a coffee roastery with the entities the user's examples name, and some 280 contacts. */
export function sunriseCoffee(random: Random, now: number): Account {
  const people = knownPeople(now);
  return {
    key: `123456789:${random.hex(32)}`,
    page: {
      id: 123456789,
      name: 'Sunrise Coffee',
      category: 'Coffee Shop',
      avatar_link: 'https://cdn.example.com/pages/sunrise-coffee.png',
      username: 'sunrisecoffee',
      about: 'Small-batch roastery',
      description: 'Fresh beans, roasted every Tuesday.',
      is_pro: true,
      timezone: 'America/New_York',
    },
    permissions: { phone: true, email: true, wa_id: true },
    tags: [
      { id: 1, name: 'VIP' },
      { id: 2, name: 'Customer' },
      { id: 3, name: 'Newsletter' },
      { id: 4, name: 'Wholesale lead' },
      { id: 123, name: 'Old Tag' },
    ],
    customFields: customFields.map((field) => ({ ...field })),
    botFields: botFields.map((field) => ({ ...field })),
    flows: flowRows.map((row) => ({ channel: 'messenger', template: false, ...row })),
    folders: [
      { id: 1, name: 'Main Folder', parent_id: 0 },
      { id: 2, name: 'Orders', parent_id: 1 },
      { id: 3, name: 'WhatsApp', parent_id: 0 },
    ],
    growthTools: [
      { id: 8412001, name: 'Newsletter pop-up', type: 'modal' },
      { id: 8412002, name: 'Table QR code', type: 'messenger_code' },
      { id: 8412003, name: 'Checkout checkbox', type: 'checkbox' },
    ],
    otnTopics: [
      { id: 1, name: 'Price Drop Alert', description: 'One message when a price falls' },
      { id: 2, name: 'Back in Stock', description: 'One message when a sold-out bean returns' },
    ],
    contacts: new Map([...people.contacts, ...crowd(random, now)].map((contact) => [contact.id, contact])),
    userRefs: people.userRefs,
    random,
    lastId: 124,
    changes: people.changes,
  };
}
