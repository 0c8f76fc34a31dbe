import { daysAgo, flows, person, shop } from './shop.js';
import { changedNothing, hasFields, problems, reached, says, sentNothing, type Task, tagged } from './task.js';

const maria = person('24958501110451908', 'Maria Garcia', {
  email: 'maria.garcia@example.com',
  fields: { purchase_count: 12, city: 'Porto' },
  tags: ['VIP'],
});
const sofia = person('24958501110470023', 'Sofia Rossi', { ig_username: 'sofia.rossi' });
const birthdays = [
  person('24958501110472001', 'Ana Lima'),
  person('24958501110472002', 'Rui Alves'),
  person('24958501110472003', 'Eva Pinto'),
];
const lisboners = ['Ada Mota', 'Bruno Faria', 'Clara Neves', 'Diogo Leal', 'Elsa Horta', 'Filipe Cunha'].map(
  (name, index) => person(String(24958501110473001n + BigInt(index)), name, { fields: { city: 'Lisbon' } }),
);
const onList = ['Hugo Barros', 'Ines Abreu', 'Joana Dias', 'Lara Gomes', 'Nelson Vaz'].map((name, index) =>
  person(String(1523909001 + index), name, { whatsapp_phone: `35193000000${index}`, ...daysAgo(2) }),
);
const onMessenger = ['Mario Jardim', 'Olga Esteves'].map((name, index) =>
  person(String(24958501110474001n + BigInt(index)), name),
);
const idOf = ({ id = '' }: { id?: string }) => id;

/** Jobs as marketers give them; each misled an agent once. */
export const everydayTasks: readonly Task[] = [
  {
    name: 'who-is-maria',
    traits: [],
    job: 'Nothing says that no orders are kept.',
    words: 'Who is Maria Garcia and what has she bought?',
    account: shop([maria, ...birthdays]),
    touches: [],
    check: (outcome) => problems(sentNothing(outcome), changedNothing(outcome), says(outcome, /Maria/, /\b12\b/)),
  },
  {
    name: 'tag-lisbon',
    traits: [],
    job: 'Fields go by id only, and an unknown tag is answered by a list of all tags.',
    words: 'Tag everyone whose city is Lisbon with the tag Lisbon. The tag may not exist yet: then create it.',
    account: shop([...lisboners, maria]),
    touches: lisboners.map(idOf),
    check: (outcome) =>
      problems(sentNothing(outcome), tagged(outcome, lisboners.map(idOf), 'Lisbon'), says(outcome, /Lisbon/)),
  },
  {
    name: 'three-birthdays',
    traits: [],
    job: 'Several contacts get one and the same value.',
    words: 'Fill in the field birthday: Ana Lima 12 April 1990, Rui Alves 3 May 1985, Eva Pinto 30 November 2001.',
    account: shop([...birthdays, maria]),
    touches: birthdays.map(idOf),
    check: (outcome) =>
      problems(
        sentNothing(outcome),
        hasFields(outcome, 'birthday', {
          '24958501110472001': '1990-04-12',
          '24958501110472002': '1985-05-03',
          '24958501110472003': '2001-11-30',
        }),
        says(outcome, /Ana/, /Rui/, /Eva/),
      ),
  },
  {
    name: 'cart-for-whatsapp',
    traits: ['closed'],
    job: 'One look-up for each name, and a start counts as done.',
    words: `Start the flow Abandoned cart for the WhatsApp contacts on this list, and for nobody else: ${[
      ...onList,
      ...onMessenger,
    ]
      .map(({ first_name, last_name }) => `${first_name} ${last_name}`)
      .join(', ')}. Who was left out?`,
    account: shop([...onList, ...onMessenger, maria]),
    touches: onList.map(idOf),
    check: (outcome) =>
      problems(reached(outcome, onList.map(idOf), { flow: flows.abandonedCart }), says(outcome, /Mario/, /Olga/)),
  },
  {
    name: 'picture-on-instagram',
    traits: [],
    job: 'A refused channel does not say how to choose another, and a button without a type is refused.',
    words:
      'Send Sofia Rossi on Instagram the picture https://example.com/easter.png with two buttons: "Order" to https://example.com/order and "Menu" to https://example.com/menu.',
    account: shop([sofia, maria]),
    touches: ['24958501110470023'],
    check: (outcome) =>
      problems(
        reached(outcome, ['24958501110470023'], { text: 'https://example.com/easter.png' }),
        reached(outcome, ['24958501110470023'], { text: 'https://example.com/order' }),
        reached(outcome, ['24958501110470023'], { text: 'https://example.com/menu' }),
        says(outcome, /Sofia/),
      ),
  },
];
