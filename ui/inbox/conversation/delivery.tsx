import { MessageView } from '../../message-view/message-view.js';
import type { PageTurn } from '../server/shapes.js';

interface Delivered {
  readonly turn: PageTurn;
  /** The contact clicks the button or quick reply with this caption. */
  readonly onClick: (caption: string) => void;
}

/** What the page sent, as its channel shows it. */
export function Delivery({ turn, onClick }: Delivered) {
  const { channel, messages, quick_replies, delivered, cut_from_characters: length } = turn;
  if (length !== undefined) {
    return <p class="hint">{`Too long to be kept: ${length.toLocaleString()} characters.`}</p>;
  }
  if (messages.length === 0 && quick_replies.length === 0) return <p class="hint">Nothing was left to send.</p>;
  const content = { messages, quick_replies };
  if (!delivered) return <MessageView channel={channel} content={content} />;
  return <MessageView channel={channel} content={content} onPress={({ caption }) => onClick(caption)} />;
}
