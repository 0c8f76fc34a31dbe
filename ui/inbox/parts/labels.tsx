import type { Channel } from '../server/shapes.js';
import type { WindowText } from '../state/times.js';

export const channelNames: Readonly<Record<Channel, string>> = {
  messenger: 'Messenger',
  instagram: 'Instagram',
  whatsapp: 'WhatsApp',
  telegram: 'Telegram',
};

/** Text of strangers: whatever direction it has, it changes nothing around it. */
export function Foreign({ text, as: Tag = 'bdi' }: { text: string; as?: 'bdi' | 'span' | 'strong' }) {
  return (
    <Tag class="foreign" dir="auto">
      {text}
    </Tag>
  );
}

export function ChannelLabel({ channel }: { channel: Channel }) {
  return <span class={`channel channel-${channel}`}>{channelNames[channel]}</span>;
}

export function WindowLabel({ window }: { window: WindowText }) {
  const tone = window.state === 'open' ? (window.closesSoon ? 'soon' : 'open') : 'closed';
  return (
    <span class={`window window-${tone}`}>
      <span class="only-read">Window </span>
      {window.text}
    </span>
  );
}

export function TagList({ tags, most = tags.length }: { tags: readonly string[]; most?: number }) {
  if (tags.length === 0) return null;
  const more = tags.length - most;
  return (
    <span class="tags">
      <span class="only-read">Tags: </span>
      {tags.slice(0, most).map((tag) => (
        <span class="tag" key={tag}>
          <Foreign text={tag} />
        </span>
      ))}
      {more > 0 && <span class="tag tag-more">{`+${more}`}</span>}
    </span>
  );
}

const hues = 8;

/** The initials of a name, in a colour that goes with the id. */
export function Avatar({ id, name }: { id: string; name: string }) {
  const words = name.split(/\s+/u).filter((word) => /^[\p{L}\p{N}]/u.test(word));
  const initials = [words[0], words.length > 1 ? words.at(-1) : undefined].map((word) => [...(word ?? '')][0] ?? '');
  const hue = [...id].reduce((sum, digit) => (sum * 7 + (digit.codePointAt(0) ?? 0)) % 997, 0) % hues;
  return (
    <span class={`avatar hue-${hue}`} aria-hidden="true">
      {initials.join('').toUpperCase() || '?'}
    </span>
  );
}
