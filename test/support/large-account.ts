import type { Arrived, Reply } from './upstream.js';

const numbered = <Item>(count: number, item: (index: number) => Item): Item[] =>
  Array.from({ length: count }, (_, index) => item(index));

const valueLength = 2_000;
const words = [
  'Black Friday – Erinnerung',
  'Bestellung bestätigt ✅',
  '夏のキャンペーン案内',
  'Отзыв о заказе',
  'VIP 🔥 early access',
];
const nameOf = (index: number): string => `${words[index % words.length]} ${index} (${2019 + (index % 8)}, newsletter)`;
const textOf = (index: number): string =>
  `${nameOf(index)}: ${'価値 value '.repeat(valueLength)}`.slice(0, valueLength);

/** The lists of a large account: 1,500 flows, 3,000 tags, 800 custom fields and 800 bot fields with long values, 300 connections. */
export const largeAccount = {
  flows: numbered(1_500, (index) => ({
    ns: `content202${index % 6}0311101502_${500_000 + index}`,
    name: nameOf(index),
    folder_id: index % 120,
  })),
  folders: numbered(120, (index) => ({ id: index + 1, name: `Folder ${index}`, parent_id: 0 })),
  tags: numbered(3_000, (index) => ({ id: index + 1, name: `tag ${nameOf(index)}` })),
  custom_fields: numbered(800, (index) => ({
    id: index + 1,
    name: `field_${index}`,
    type: 'text',
    description: `What the flow ${nameOf(index)} shows`,
  })),
  bot_fields: numbered(800, (index) => ({ id: index + 1, name: `bot_${index}`, type: 'text', value: textOf(index) })),
  growth_tools: numbered(900, (index) => ({ id: index + 1, name: nameOf(index), type: 'modal' })),
  otn_topics: numbered(900, (index) => ({ id: index + 1, name: nameOf(index), description: nameOf(index) })),
  connections: numbered(300, (index) => ({
    connection_id: `21fd90f9-5935-43cd-b6c8-${String(index).padStart(12, '0')}`,
    status: 'ACTIVE',
    creation_time: `2026-01-01T00:00:${String(index % 60).padStart(2, '0')}Z`,
    last_updated_time: '2026-01-01T00:00:00Z',
  })),
};

/** A contact with every tag, and a value in every custom field. */
export const largeContact = (id: number) => ({
  id: String(id),
  name: `Ana ${id}`,
  first_name: 'Ana',
  last_interaction: '2026-11-20T10:00:00+00:00',
  last_input_text: textOf(id),
  custom_fields: largeAccount.custom_fields.map(({ id: field, name, type }) => ({
    id: field,
    name,
    type,
    value: textOf(field),
  })),
  tags: largeAccount.tags,
});

/** Contacts in a search. */
const hits = 12;

const dataOf: Readonly<Record<string, () => unknown>> = {
  getInfo: () => largeContact(1),
  getInfoByUserRef: () => largeContact(1),
  createSubscriber: () => largeContact(1),
  updateSubscriber: () => largeContact(1),
  findByName: () => numbered(hits / 4, (index) => largeContact(index + 1)),
  findByCustomField: () => numbered(hits / 4, (index) => largeContact(index + 1)),
  getFlows: () => ({ flows: largeAccount.flows, folders: largeAccount.folders }),
  getTags: () => largeAccount.tags,
  getCustomFields: () => largeAccount.custom_fields,
  getBotFields: () => largeAccount.bot_fields,
  getGrowthTools: () => largeAccount.growth_tools,
  getOtnTopics: () => largeAccount.otn_topics,
};

/** The response of the large account to a request. */
export const largeReply: Extract<Reply, (...all: never[]) => void> = ({ path, query }: Arrived, response) => {
  const last = path.split('/').at(-1) ?? '';
  const isPage = path.endsWith('/page/getInfo');
  const body =
    last === 'connections'
      ? { connections: largeAccount.connections }
      : {
          status: 'success',
          data: isPage
            ? { id: 1, name: 'Large' }
            : last === 'findBySystemField'
              ? { ...largeContact(1), ...query }
              : dataOf[last]?.(),
        };
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
};
