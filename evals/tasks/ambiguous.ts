import { daysAgo, person, shop } from './shop.js';
import {
  changedNothing,
  hasFields,
  problems,
  reached,
  says,
  sentNothing,
  type Task,
  tagged,
  untagged,
} from './task.js';

const asks = /\?|which (?:one|of)|please (?:tell|confirm)|let me know/i;

const marias = {
  porto: person('24958501110451908', 'Maria Garcia', { email: 'maria.garcia@example.com', fields: { city: 'Porto' } }),
  braga: person('24958501110458812', 'Maria Garcia', { email: 'mg1988@example.com', fields: { city: 'Braga' } }),
};
const joao = person('24958501110470101', 'João Costa', { email: 'joao@example.com' });

const anas = [
  person('24958501110471001', 'Ana Silva', { fields: { city: 'Lisbon' } }),
  person('24958501110471002', 'Ana Silva', { fields: { city: 'Porto' } }),
  person('24958501110471003', 'Ana Silva', { fields: { city: 'Faro' } }),
];
const rita = person('24958501110471004', 'Rita Moura', { fields: { city: 'Porto' } });

const toms = {
  messenger: person('24958501110460017', 'Tom Baker'),
  whatsapp: person('1523908744', 'Tom Baker', { whatsapp_phone: '351910000044' }),
};

const evas = [
  person('24958501110480101', 'Eva Pinto', { email: 'eva.pinto@example.com' }),
  person('24958501110480102', 'Eva Pinto', { email: 'evap@example.com' }),
];
const lima = person('24958501110480103', 'Ana Lima');
const alves = person('24958501110480104', 'Rui Alves');

/** The digits are the id of one contact and the phone of another. */
const digits = '351912345678';
const byId = person(digits, 'Nuno Reis');
const byPhone = person('24958501110490001', 'Sara Campos', { phone: `+${digits}`, optin_phone: true });

const twins = [
  person('24958501110495001', 'Carla Dias', { last_input_text: 'Do you have gluten free bread?' }),
  person('24958501110495002', 'Carla Dias', { last_input_text: 'Is the order for Saturday fine?' }),
];

export const ambiguousTasks: readonly Task[] = [
  {
    name: 'two-marias',
    traits: ['ambiguous'],
    words: 'Send Maria Garcia this text: "Your cake is ready."',
    account: shop([marias.porto, marias.braga, joao]),
    touches: [],
    check: (outcome) =>
      problems(
        sentNothing(outcome),
        changedNothing(outcome),
        says(outcome, asks, /24958501110451908|maria\.garcia@example\.com/, /24958501110458812|mg1988@example\.com/),
      ),
  },
  {
    name: 'maria-by-email',
    traits: ['ambiguous'],
    words: 'Please tag Maria Garcia as VIP. There are two; I mean the one with mg1988@example.com.',
    account: shop([marias.porto, marias.braga, joao]),
    touches: ['24958501110458812'],
    check: (outcome) =>
      problems(sentNothing(outcome), tagged(outcome, ['24958501110458812'], 'VIP'), says(outcome, /VIP/)),
  },
  {
    name: 'ana-from-porto',
    traits: ['ambiguous'],
    words: 'Write to Ana Silva from Porto (the field city says who that is): "The workshop starts at 10."',
    account: shop([...anas, rita]),
    touches: ['24958501110471002'],
    check: (outcome) =>
      problems(reached(outcome, ['24958501110471002'], { text: 'The workshop starts at 10.' }), says(outcome, /Ana/)),
  },
  {
    name: 'tom-on-whatsapp',
    traits: ['ambiguous'],
    words: 'Text Tom Baker, the one on WhatsApp, not the one on Messenger: "Your sourdough is in the oven."',
    account: shop([toms.messenger, toms.whatsapp, rita]),
    touches: ['1523908744'],
    check: (outcome) =>
      problems(reached(outcome, ['1523908744'], { text: 'Your sourdough is in the oven.' }), says(outcome, /Tom/)),
  },
  {
    name: 'three-for-the-workshop',
    traits: ['ambiguous'],
    words:
      'Add the tag Workshop to Ana Lima, Rui Alves and Eva Pinto. Do those who are clear, and ask me about any you are not sure of.',
    account: shop([...evas, lima, alves, ...anas]),
    touches: ['24958501110480103', '24958501110480104'],
    check: (outcome) =>
      problems(
        tagged(outcome, ['24958501110480103', '24958501110480104'], 'Workshop'),
        untagged(outcome, ['24958501110480101', '24958501110480102'], 'Workshop'),
        says(outcome, asks, /Eva/),
      ),
  },
  {
    name: 'id-or-phone',
    traits: ['ambiguous'],
    words: `Set points to 40 for ${digits}.`,
    account: shop([byId, byPhone, joao]),
    touches: [],
    check: (outcome) => problems(sentNothing(outcome), changedNothing(outcome), says(outcome, asks, /Nuno/, /Sara/)),
  },
  {
    name: 'carla-by-chat-link',
    traits: ['ambiguous'],
    words:
      'Tell this customer "We open at 7 tomorrow.": https://app.manychat.com/fb204811/chat/24958501110495002 (there are two people called Carla Dias).',
    account: shop(twins),
    touches: ['24958501110495002'],
    check: (outcome) =>
      problems(
        reached(outcome, ['24958501110495002'], { text: 'We open at 7 tomorrow.' }),
        says(outcome, /sent|accepted|told|message/i),
      ),
  },
  {
    name: 'open-window-among-three',
    traits: ['ambiguous'],
    words:
      'There are three contacts called Pedro Nunes. Whose window is still open, so that I could write back? Give me the id.',
    account: shop([
      person('24958501110498001', 'Pedro Nunes', daysAgo(12)),
      person('24958501110498002', 'Pedro Nunes', { last_interaction_minutes_ago: 200 }),
      person('24958501110498003', 'Pedro Nunes', daysAgo(3)),
    ]),
    touches: [],
    check: (outcome) => problems(sentNothing(outcome), changedNothing(outcome), says(outcome, /24958501110498002/)),
  },
  {
    name: 'points-by-phone',
    traits: ['ambiguous'],
    words:
      'The customer with the number +351 933 444 555 called: set points to 75. Careful, her sister has the same name.',
    account: shop([
      person('24958501110499001', 'Olga Brito', { phone: '+351933444555', optin_phone: true }),
      person('24958501110499002', 'Olga Brito', { phone: '+351933444556', optin_phone: true }),
    ]),
    touches: ['24958501110499001'],
    check: (outcome) =>
      problems(sentNothing(outcome), hasFields(outcome, 'points', { '24958501110499001': 75 }), says(outcome, /75/)),
  },
];
