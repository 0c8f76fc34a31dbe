import { daysAgo, flows, person, shop } from './shop.js';
import { changedNothing, hasFields, neverSays, problems, reached, says, sentNothing, type Task } from './task.js';

const tom = person('24958501110460017', 'Tom Baker', { ...daysAgo(3), otn_tokens: { 'Back in stock': 1 } });
const ben = person('1523908800', 'Ben Costa', { whatsapp_phone: '351911222333', ...daysAgo(6) });
const eva = person('24958501110461001', 'Eva Rocha', { ...daysAgo(9), otn_tokens: { 'Back in stock': 1 } });
const noah = person('24958501110461002', 'Noah Reed', { ig_username: 'noah.reed', ...daysAgo(2) });
const friends = [
  person('24958501110462001', 'Ines Brito'),
  person('24958501110462002', 'Raul Teles', daysAgo(5)),
  person('24958501110462003', 'Zoe Meyer', { last_interaction_minutes_ago: 30 }),
  person('24958501110462004', 'Gil Sousa', daysAgo(2)),
];
const closed = /window|24.?h/i;

export const closedTasks: readonly Task[] = [
  {
    name: 'toms-order-is-late',
    traits: ['closed'],
    job: 'A one-time notification for another topic is spent in silence.',
    words:
      'Tell Tom Baker his order is late: "Sorry, your order is late. It comes tomorrow." If that cannot be done now, tell me why.',
    account: shop([tom, ben, eva]),
    // The only token is for another topic.
    touches: [],
    check: (outcome) => problems(sentNothing(outcome), changedNothing(outcome), says(outcome, closed)),
  },
  {
    name: 'order-ready-template',
    traits: ['closed'],
    words:
      "Ben Costa's order 1207 is ready. Let him know with the flow Order ready: it is a WhatsApp template that shows the field order.",
    account: shop([ben, tom, ...friends]),
    touches: ['1523908800'],
    check: (outcome) =>
      problems(
        hasFields(outcome, 'order', { '1523908800': 1207 }),
        reached(outcome, ['1523908800'], { flow: flows.orderReady, text: 'Order 1207 is ready.' }),
        says(outcome, /Ben/),
      ),
  },
  {
    name: 'back-in-stock',
    traits: ['closed'],
    words:
      'Eva Rocha asked for the one-time notification "Back in stock". Send it to her: "Rye bread is back in stock."',
    account: shop([eva, tom]),
    touches: ['24958501110461001'],
    check: (outcome) =>
      problems(
        reached(outcome, ['24958501110461001'], { text: 'Rye bread is back in stock.', otn: 'Back in stock' }),
        says(outcome, /Eva/),
      ),
  },
  {
    name: 'who-can-be-texted',
    traits: ['closed'],
    words:
      'Whom of Ines Brito, Raul Teles, Zoe Meyer and Gil Sousa could I text right now? List the names under "open" and "closed". Send nothing.',
    account: shop([...friends, tom]),
    touches: [],
    check: (outcome) => {
      const [open = '', shut = ''] = outcome.answer.split(/closed/i);
      return problems(
        sentNothing(outcome),
        says(outcome, /open/i, /closed/i),
        says({ ...outcome, answer: open }, /Ines/, /Zoe/),
        says({ ...outcome, answer: shut }, /Raul/, /Gil/),
        neverSays({ ...outcome, answer: open }, /Raul|Gil/),
      );
    },
  },
  {
    name: 'noah-on-instagram',
    traits: ['closed'],
    words:
      'Answer Noah Reed on Instagram: "Yes, we deliver on Sundays." If it does not work, say why and what is possible.',
    account: shop([noah, ...friends]),
    touches: [],
    check: (outcome) => problems(sentNothing(outcome), changedNothing(outcome), says(outcome, closed, /Noah/)),
  },
  {
    name: 'text-the-open-ones',
    traits: ['closed'],
    words:
      'Send "We open at 7 tomorrow." to Ines Brito, Raul Teles, Zoe Meyer and Gil Sousa, and tell me who did not get it.',
    account: shop([...friends, tom]),
    touches: ['24958501110462001', '24958501110462002', '24958501110462003', '24958501110462004'],
    check: (outcome) =>
      problems(
        reached(outcome, ['24958501110462001', '24958501110462003'], { text: 'We open at 7 tomorrow.' }),
        says(outcome, /Raul/, /Gil/),
      ),
  },
];
