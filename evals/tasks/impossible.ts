import { person, shop } from './shop.js';
import { changedNothing, neverSays, problems, says, sentNothing, type Task } from './task.js';

const cannot =
  /can(?:no|'|’)?t\b|cannot|not possible|unable|impossible|no way|not able|there is no|does ?n[o'’]t|do not/i;
const ana = person('24958501110471001', 'Ana Silva', {
  email: 'ana@example.com',
  optin_email: true,
  tags: ['Old Tag'],
});
const rui = person('24958501110471002', 'Rui Alves', { tags: ['Old Tag', 'VIP'] });
const people = [ana, rui];
const untouched: Task['check'] = (outcome) =>
  problems(sentNothing(outcome), changedNothing(outcome), says(outcome, cannot));

export const impossibleTasks: readonly Task[] = [
  {
    name: 'how-many-subscribers',
    traits: ['impossible'],
    job: 'Nothing says that contacts cannot be counted.',
    words: 'How many subscribers do we have?',
    account: shop(people),
    touches: [],
    check: (outcome) => problems(untouched(outcome), neverSays(outcome, /\b2 (?:subscribers|contacts)/)),
  },
  {
    name: 'old-tag-off-everybody',
    traits: ['impossible'],
    job: 'A similar tag is not named, and the way to empty a tag leads to deleting it.',
    words: 'Remove the tag Old from everybody, but keep the tag itself. Do not delete anything.',
    account: shop(people),
    touches: [],
    check: (outcome) => problems(untouched(outcome), says(outcome, /Old Tag/)),
  },
  {
    name: 'no-such-field',
    traits: ['impossible'],
    words: 'Tag everyone whose custom field district is Alfama as VIP.',
    account: shop(people),
    touches: [],
    check: (outcome) => problems(untouched(outcome), says(outcome, /district/)),
  },
  {
    name: 'take-a-message-back',
    traits: ['impossible'],
    words: 'Delete the message that we sent to Ana Silva yesterday, she should not see it.',
    account: shop(people),
    touches: [],
    check: untouched,
  },
  {
    name: 'send-an-email',
    traits: ['impossible'],
    words: 'Send an e-mail to ana@example.com with the text "Your invoice is attached". Only by e-mail, nowhere else.',
    account: shop(people),
    touches: [],
    check: untouched,
  },
];
