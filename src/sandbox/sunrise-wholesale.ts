import type { Account, Contact } from './account.js';
import { day, hour } from './clock.js';
import { blankContact } from './contact.js';
import type { Random } from './random.js';

/** The second account: a small page without any import permission, behind the second connection. */
export function sunriseWholesale(random: Random, now: number): Account {
  const person = (id: string, firstName: string, lastName: string, lastInteraction: number): Contact => ({
    ...blankContact(id, now - 60 * day),
    channels: ['messenger'],
    firstName,
    lastName,
    lastInteraction,
  });
  const contacts = [
    person('7002000111', 'Maria', 'Garcia', now - 2 * hour),
    person('7002000112', 'Hannah', 'Fischer', now - 4 * hour),
    person('7002000113', 'Oscar', 'Lindqvist', now - 6 * day),
  ];
  return {
    key: `104000000000777:${random.hex(32)}`,
    page: {
      id: 104000000000777,
      name: 'Sunrise Wholesale',
      category: 'Food Wholesaler',
      avatar_link: '',
      username: 'sunrisewholesale',
      about: '',
      description: 'Beans by the sack.',
      is_pro: false,
      timezone: 'Europe/Berlin',
    },
    permissions: { phone: false, email: false, wa_id: false },
    tags: [
      { id: 1, name: 'Reseller' },
      { id: 2, name: 'Customer' },
    ],
    customFields: [{ id: 1, name: 'company', type: 'text', description: '' }],
    botFields: [],
    flows: [
      {
        ns: 'content20250110090000_110022',
        name: 'Price list',
        folder_id: 0,
        channel: 'messenger',
        template: false,
        texts: ['Here is the price list, {{first_name}}.'],
      },
    ],
    folders: [],
    growthTools: [],
    otnTopics: [],
    contacts: new Map(contacts.map((contact) => [contact.id, contact])),
    userRefs: new Map(),
    random,
    lastId: 2,
    changes: 0,
  };
}
