import { channelOf } from './channel-rules.js';
import { characterCount } from './channels.js';
import type { Action, Button, Content, Message } from './content.js';

/** What an action of content does. */
export const actionText = (action: Action): string =>
  action.action === 'add_tag' || action.action === 'remove_tag'
    ? `${action.action} ${JSON.stringify(action.tag_name)}`
    : action.action === 'set_field_value'
      ? `set ${JSON.stringify(action.field_name)} to ${JSON.stringify(action.value)}`
      : `unset ${JSON.stringify(action.field_name)}`;

function targetOf(button: Button): string {
  switch (button.type) {
    case 'url':
    case 'dynamic_block_callback':
      return button.url;
    case 'flow':
      return `flow ${button.target}`;
    case 'call':
      return button.phone;
    case 'buy':
      return `buy ${button.product.label} for ${(button.product.cost / 100).toFixed(2)}`;
  }
}

function buttonText(button: Button): string {
  const actions = 'actions' in button ? (button.actions ?? []).map(actionText) : [];
  return `[${[`${button.caption} → ${targetOf(button)}`, ...actions].join('; ')}]`;
}

const indented = (text: string): string => text.replace(/^/gm, '  ');

function messageText(message: Message, index: number): string[] {
  const about = message.type === 'text' ? `text, ${characterCount(message.text)} characters` : message.type;
  const body =
    message.type === 'text'
      ? [message.text]
      : message.type === 'cards'
        ? message.elements.flatMap((card, at) => [
            `Card ${at + 1}: ${card.title}`,
            ...[card.subtitle, card.image_url, card.action_url].filter((each) => each !== undefined).map(indented),
            ...(card.buttons ?? []).map(buttonText).map(indented),
          ])
        : [message.url];
  const buttons = 'buttons' in message ? (message.buttons ?? []).map(buttonText) : [];
  return [`Message ${index + 1} (${about})`, ...[...body, ...buttons].map(indented)];
}

/** Content as plain text, roughly as the contact will see it. */
export function renderContent(content: Content): string {
  const replies = content.quick_replies ?? [];
  const actions = content.actions ?? [];
  return [
    `On ${channelOf(content)}`,
    ...content.messages.flatMap(messageText),
    ...(replies.length === 0 ? [] : [`Quick replies: ${replies.map(buttonText).join(' ')}`]),
    ...(actions.length === 0 ? [] : [`Actions: ${actions.map(actionText).join('; ')}`]),
  ].join('\n');
}
