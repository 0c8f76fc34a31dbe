import type { SandboxAccount } from '../../src/sandbox/index.js';
import type { Contact } from './task.js';

const hour = 60;
const day = 24 * hour;

/** A contact who wrote two hours ago, unless more is said. */
export function person(id: string, name: string, more: Omit<Contact, 'id' | 'first_name' | 'last_name'> = {}): Contact {
  const [first_name = '', ...rest] = name.split(' ');
  const wrote = 'last_interaction' in more || 'last_interaction_minutes_ago' in more;
  return {
    id,
    first_name,
    last_name: rest.join(' '),
    ...(!wrote && { last_interaction_minutes_ago: 2 * hour }),
    ...more,
  };
}

/** The window of who last wrote then is closed. */
export const daysAgo = (days: number) => ({ last_interaction_minutes_ago: days * day });

/** Names for `count` people, each different. */
function names(count: number): string[] {
  const first = ['Ada', 'Bea', 'Caio', 'Duarte', 'Elsa', 'Filipa', 'Gil', 'Hugo', 'Ines', 'Jorge', 'Katia', 'Luis'];
  const last = [
    'Abreu',
    'Barros',
    'Cunha',
    'Dias',
    'Esteves',
    'Faria',
    'Gomes',
    'Horta',
    'Jardim',
    'Leal',
    'Mota',
    'Neves',
  ];
  return Array.from(
    { length: count },
    (_, index) => `${first[index % first.length] ?? ''} ${last[Math.floor(index / first.length) % last.length] ?? ''}`,
  );
}

/** Contacts with different names and ids, from a first id on. */
export const crowd = (
  count: number,
  firstId: number,
  more: (index: number) => Parameters<typeof person>[2],
): Contact[] => names(count).map((name, index) => person(String(firstId + index * 7), name, more(index)));

export const idsOf = (contacts: readonly Contact[]): string[] => contacts.map(({ id = '' }) => id);

export const flows = {
  abandonedCart: 'content20260110091500_310007',
  orderReady: 'content20260112103000_310011',
  welcome: 'content20251001080000_309900',
} as const;

/** The time in the account, at which the clock stands still. */
export const shopNow = '2026-03-02T09:00:00Z';

/** The account of a bakery, with these contacts. */
export const shop = (contacts: readonly Contact[], more: Partial<SandboxAccount> = {}): SandboxAccount => ({
  now: shopNow,
  page: { id: 204811, name: 'Corner Bakery', timezone: 'Europe/Lisbon' },
  tags: [{ name: 'VIP' }, { name: 'Newsletter' }, { name: 'Old Tag' }, { name: 'Workshop' }, { name: 'Wholesale' }],
  fields: [
    { name: 'city', type: 'text' },
    { name: 'birthday', type: 'date' },
    { name: 'order', type: 'number' },
    { name: 'points', type: 'number' },
    { name: 'purchase_count', type: 'number' },
    { name: 'note', type: 'text' },
    { name: 'wa_number', type: 'text' },
  ],
  folders: [{ name: 'Orders' }],
  flows: [
    { ns: flows.welcome, name: 'Welcome', texts: ['Hello, {{first_name}}!'] },
    {
      ns: flows.abandonedCart,
      name: 'Abandoned cart',
      channel: 'whatsapp',
      template: true,
      texts: ['Your basket is waiting, {{first_name}}.'],
    },
    {
      ns: flows.orderReady,
      name: 'Order ready',
      folder: 'Orders',
      channel: 'whatsapp',
      template: true,
      texts: ['Order {{order}} is ready.'],
    },
  ],
  topics: [{ name: 'Back in stock' }],
  contacts,
  ...more,
});
