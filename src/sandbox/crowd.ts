import type { Channel, Contact } from './account.js';
import { day, hour } from './clock.js';
import { blankContact } from './contact.js';
import type { Random } from './random.js';

const firstNames = [
  'Olivia',
  'Lucas',
  'Mia',
  'Amir',
  'Yuki',
  'Chloé',
  'Mateo',
  'Ines',
  'Samuel',
  'Nadia',
  'Owen',
  'Lena',
] as const;
const lastNames = [
  'Silva',
  'Nguyen',
  'Schmidt',
  'Okafor',
  'Rossi',
  'Tanaka',
  'Johnson',
  'Haddad',
  'Novák',
  'Moreau',
] as const;
const inputs = ['Thanks!', 'Do you have decaf?', 'What are your hours?', 'Order 2 bags', '👍', ''] as const;
const channels: readonly [Channel, ...Channel[]] = [
  'messenger',
  'messenger',
  'messenger',
  'instagram',
  'whatsapp',
  'telegram',
];

const regulars = 140;
// More people of one name than findByName ever returns (100).
const namesakes = 121;

/** Everybody without a part of their own: the regulars, and "Test User" more often than a search can show. */
export function crowd(random: Random, now: number): Contact[] {
  const people: Contact[] = [];
  for (let index = 0; index < regulars; index += 1) {
    const person = someone(random, now, index);
    person.firstName = random.pick(firstNames);
    person.lastName = random.pick(lastNames);
    people.push(person);
  }
  for (let index = 0; index < namesakes; index += 1) {
    const person = someone(random, now, regulars + index);
    person.firstName = 'Test';
    person.lastName = 'User';
    people.push(person);
  }
  return people;
}

/** Contacts of the id `800000000001` and on, who wrote on Messenger an hour ago: as many as a test of many needs. */
export function followers(count: number, now: number): Contact[] {
  return Array.from({ length: count }, (_, index) => {
    const contact = blankContact(String(800_000_000_001 + index), now - 90 * day);
    contact.channels = ['messenger'];
    contact.firstName = 'Follower';
    contact.lastName = String(index + 1);
    contact.lastInteraction = now - hour;
    return contact;
  });
}

function someone(random: Random, now: number, index: number): Contact {
  const channel = random.pick(channels);
  // Meta hands out 16 and 17 digits, ManyChat itself ten: all three occur in life.
  const prefix = channel === 'whatsapp' || channel === 'telegram' ? '160000' : random.pick(['2495850', '98765432']);
  const suffix = String(1_000 + index);
  const id = prefix === '160000' ? prefix + suffix : prefix + random.digits(prefix === '2495850' ? 6 : 4) + suffix;
  const contact = blankContact(id, now - (30 + random.below(400)) * day);
  contact.channels = [channel];
  contact.lastInteraction = now - (1 + random.below(20 * 24)) * hour;
  contact.lastInputText = random.pick(inputs);
  if (channel === 'instagram') {
    contact.igUsername = `guest_${suffix}`;
    contact.igId = 17841400000000000n + BigInt(suffix);
  }
  if (channel === 'whatsapp') contact.whatsappPhone = `1555${random.digits(3)}${suffix}`;
  if (random.below(4) === 0) contact.tags.add(2);
  return contact;
}
