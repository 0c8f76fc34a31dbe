import { crowd, daysAgo, flows, idsOf, shop } from './shop.js';
import { hasFields, problems, reached, says, sentNothing, type Task, tagged, untagged } from './task.js';

const spring = crowd(120, 1523910001, () => ({}));
const rewarded = crowd(110, 1523920001, (index) => ({ fields: { points: index } }));
const writers = crowd(105, 1523930001, (index) => (index % 21 === 20 ? daysAgo(4) : {}));
const guests = crowd(104, 1523940001, (index) => ({ email: `guest${index + 1}@example.com`, optin_email: true }));
const onWhatsApp = crowd(102, 1523950001, (index) => ({
  whatsapp_phone: `3519200${String(10_000 + index)}`,
  ...daysAgo(2),
}));
const lisbon = crowd(130, 1523960001, () => ({ fields: { city: 'Lisbon' }, tags: ['Old Tag'] }));

const closedWriters = idsOf(writers.filter((_, index) => index % 21 === 20));
const openWriters = idsOf(writers.filter((_, index) => index % 21 !== 20));
const pointsOf = (index: number) => 50 + ((index * 13) % 90);

/** The values that the person lists, by id. */
const newPoints = Object.fromEntries(idsOf(rewarded).map((id, index) => [id, pointsOf(index)]));

export const manyTasks: readonly Task[] = [
  {
    name: 'tag-120-ids',
    traits: ['many'],
    words: `Tag these contacts with Newsletter; the ids are from our export:\n${idsOf(spring).join('\n')}`,
    account: shop([...spring, ...rewarded]),
    touches: idsOf(spring),
    check: (outcome) =>
      problems(sentNothing(outcome), tagged(outcome, idsOf(spring), 'Newsletter'), says(outcome, /120/)),
  },
  {
    name: 'points-for-110',
    traits: ['many'],
    words: `Set points for each of these contacts, as in this table of id and points:\n${Object.entries(newPoints)
      .map(([id, points]) => `${id},${points}`)
      .join('\n')}`,
    account: shop([...rewarded, ...spring]),
    touches: idsOf(rewarded),
    check: (outcome) => problems(sentNothing(outcome), hasFields(outcome, 'points', newPoints), says(outcome, /110/)),
  },
  {
    name: 'text-105-some-closed',
    traits: ['many', 'closed'],
    words: `Send "The workshop is on Saturday at 10." to each of these contacts, and tell me the ids of those who could not be reached:\n${idsOf(writers).join(' ')}`,
    account: shop([...writers, ...spring]),
    touches: idsOf(writers),
    check: (outcome) =>
      problems(
        reached(outcome, openWriters, { text: 'The workshop is on Saturday at 10.' }),
        says(outcome, ...closedWriters.map((id) => new RegExp(id))),
      ),
  },
  {
    name: 'tag-104-emails',
    traits: ['many'],
    words: `Everybody on this list came to the workshop. Tag them with Workshop:\n${guests.map(({ email }) => email).join('\n')}`,
    account: shop([...guests, ...spring]),
    touches: idsOf(guests),
    check: (outcome) =>
      problems(sentNothing(outcome), tagged(outcome, idsOf(guests), 'Workshop'), says(outcome, /104/)),
  },
  {
    name: 'template-for-102',
    traits: ['many', 'closed'],
    words: `Start the flow Abandoned cart, which is a WhatsApp template, for these contacts:\n${idsOf(onWhatsApp).join('\n')}`,
    account: shop([...onWhatsApp, ...rewarded]),
    touches: idsOf(onWhatsApp),
    check: (outcome) =>
      problems(reached(outcome, idsOf(onWhatsApp), { flow: flows.abandonedCart }), says(outcome, /102/)),
  },
  {
    name: 'untag-lisbon',
    traits: ['many'],
    words:
      'Take the tag "Old Tag" off everyone whose field city is Lisbon, as far as you can find them, and tell me whether that was really everyone.',
    account: shop([...lisbon, ...spring]),
    touches: idsOf(lisbon),
    check: (outcome) => {
      const left = idsOf(lisbon).filter((id) => untagged(outcome, [id], 'Old Tag').length > 0);
      return problems(
        sentNothing(outcome),
        left.length > 30 ? [`${left.length} of 130 still have the tag; 100 can be found`] : undefined,
        says(outcome, /100/, /more|rest|remain|not (?:all|every)|at most|limit/i),
      );
    },
  },
];
