import { maxActions, maxButtons } from '../../tools/message/channels.js';
import { itemsOf, type Notes } from './notes.js';
import { drawnText, type Fields, fieldsIn, listIn, rawText, textIn } from './values.js';
import type { ButtonView, Pressed, Severity } from './view-model.js';
import { actionPhrases, buttonPhrases } from './words.js';

const types: ReadonlySet<string> = new Set(['url', 'flow', 'call', 'buy', 'dynamic_block_callback', 'node']);
const quickReplyTypes: ReadonlySet<string> = new Set(['flow', 'dynamic_block_callback', 'node']);

/** The key that each type needs. */
const needed: Readonly<Record<string, string>> = {
  url: 'url',
  flow: 'target',
  node: 'target',
  call: 'phone',
  buy: 'product',
  dynamic_block_callback: 'url',
};

/** The type of a button, also of one in the shape of manychat_send_text. */
function typeOf({ type, url, flow_ns: flow }: Fields): string | undefined {
  return textIn(type) ?? (textIn(flow) !== undefined ? 'flow' : textIn(url) !== undefined ? 'url' : undefined);
}

/** What is wrong with a button whose type is known. */
function severityOf(type: string, button: Fields, kind: Pressed['kind'], notes: Notes): Severity | undefined {
  const what = kind === 'button' ? `a ${type} button` : 'a quick reply';
  if (type === 'node') notes.add('undocumented', 'node works only in dynamic blocks, use flow');
  if (kind === 'quick_reply' && !quickReplyTypes.has(type)) {
    notes.add('invalid', `a quick reply must have one of the types flow, dynamic_block_callback; has ${type}`);
    return 'invalid';
  }
  const support = type === 'flow' || type === 'node' ? undefined : notes.support(type);
  const sizeSupport = type === 'url' && button.webview_size !== undefined ? notes.support('webview_size') : undefined;
  const key = needed[type];
  const isWithout = key !== undefined && button[key] === undefined && !(type === 'flow' && textIn(button.flow_ns));
  if (isWithout) notes.incomplete(`${what} needs \`${key}\``);
  if (listIn(button.actions) !== undefined) itemsOf(listIn(button.actions) ?? [], maxActions, 'actions', notes);
  return support ?? sizeSupport;
}

/** Reads a button or quick reply. */
function readButton(value: unknown, place: Omit<Pressed, 'caption' | 'type'>, notes: Notes): ButtonView {
  const button = fieldsIn(value);
  if (button === undefined) {
    notes.add('invalid', 'a button must be an object');
    const caption = rawText(value);
    return { caption, does: [], actions: [], severity: 'invalid', pressed: { ...place, caption, type: 'unknown' } };
  }
  const type = typeOf(button);
  const name = textIn(button.caption);
  if (name === undefined) notes.incomplete(`a ${type ?? ''} button needs \`caption\``.replace('  ', ' '));
  const caption = drawnText(name ?? '');
  const pressed = { ...place, caption, type: type ?? 'unknown' };
  const does = buttonPhrases(type ?? '', button);
  const actions = actionPhrases(button.actions);
  if (type === undefined || !types.has(type)) {
    if (type === undefined) notes.incomplete('a button needs `type`');
    else notes.incomplete(`unknown button: ${rawText(type)}`);
    return { caption, does, actions, severity: notes.options.isPartial === true ? undefined : 'invalid', pressed };
  }
  const severity = severityOf(type, button, place.kind, notes);
  const link = type === 'url' || type === 'dynamic_block_callback' ? notes.address(button.url, 'url') : undefined;
  const isRefused = link !== undefined && 'refused' in link && notes.options.isPartial !== true;
  return {
    caption,
    does,
    actions,
    severity: isRefused ? 'invalid' : severity,
    pressed,
    ...(type === 'url' && link !== undefined && { link }),
  };
}

/** A button that is invalid if there are too many before it. */
const withinLimit = (view: ButtonView, most: number): ButtonView =>
  view.pressed.index < most ? view : { ...view, severity: 'invalid' };

/** Reads the buttons of a message or card. */
export function readButtons(value: unknown, place: { message: number; card?: number }, notes: Notes): ButtonView[] {
  if (value === undefined || value === null) return [];
  const list = listIn(value);
  if (list === undefined) notes.incomplete('`buttons` must be a list');
  return itemsOf(list ?? [], maxButtons, 'buttons', notes).map((each, index) =>
    withinLimit(readButton(each, { kind: 'button', ...place, index }, notes), maxButtons),
  );
}

/** Reads quick replies. */
export const readQuickReplies = (list: readonly unknown[], most: number, notes: Notes): ButtonView[] => {
  const support = notes.support('quick_replies');
  return itemsOf(list, most, 'quick replies', notes).map((each, index) => {
    const reply = readButton(each, { kind: 'quick_reply', index }, notes);
    return withinLimit({ ...reply, severity: support ?? reply.severity }, most);
  });
};
