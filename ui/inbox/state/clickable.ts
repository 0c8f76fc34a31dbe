import type { Turn } from '../server/shapes.js';

type Fields = Readonly<Record<string, unknown>>;

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const fieldsIn = (list: unknown): readonly Fields[] => (Array.isArray(list) ? list.filter(isFields) : []);

/** The captions of the buttons and quick replies that a turn brought to the contact. */
function captionsOf(turn: Turn): readonly unknown[] {
  if (turn.from === 'contact' || !turn.delivered) return [];
  const messages = fieldsIn(turn.messages);
  const holders = [...messages, ...messages.flatMap(({ elements }) => fieldsIn(elements))];
  const buttons = [...holders.flatMap(({ buttons: each }) => fieldsIn(each)), ...fieldsIn(turn.quick_replies)];
  return buttons.map(({ caption }) => caption);
}

/** The newest turn with this caption: a click, which names a caption only, is one on its button. */
export const clickedTurn = (turns: readonly Turn[], caption: string): number | undefined =>
  turns.findLast((turn) => captionsOf(turn).includes(caption))?.seq;
