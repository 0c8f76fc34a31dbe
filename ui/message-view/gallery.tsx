import { ButtonList, type Reactions } from './buttons.js';
import { Icon } from './icons.js';
import { LinkView, Notes, Text } from './pieces.js';
import type { CardView } from './view-model.js';

interface CardProps extends Reactions {
  readonly card: CardView;
  readonly number: number;
}

function Card({ card, number, ...reactions }: CardProps) {
  const { title, subtitle, image, action, buttons, notes } = card;
  const { onLink } = reactions;
  return (
    <li class="mv-card">
      <div class="mv-card-picture">
        {image === undefined ? <span class="mv-medium">No picture</span> : <Icon medium="image" />}
        {image !== undefined && (
          <span class="mv-address">
            <LinkView link={image} onLink={onLink} />
          </span>
        )}
      </div>
      <div class="mv-card-text">
        <p class="mv-card-title">{title === '' ? <span class="mv-absent">(no title)</span> : <Text text={title} />}</p>
        {subtitle !== undefined && (
          <p class="mv-card-subtitle">
            <Text text={subtitle} />
          </p>
        )}
        {action !== undefined && (
          <p class="mv-address">
            <LinkView link={action} onLink={onLink} />
          </p>
        )}
      </div>
      <ButtonList class="mv-buttons" label={`Buttons of card ${number}`} views={buttons} {...reactions} />
      <Notes notes={notes} />
    </li>
  );
}

interface GalleryProps extends Reactions {
  readonly isSquare: boolean;
  readonly cards: readonly CardView[];
}

/** Cards side by side, which are scrolled sideways. */
export function Gallery({ isSquare, cards, ...reactions }: GalleryProps) {
  const label = cards.length === 1 ? '1 card' : `Gallery of ${cards.length} cards`;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: the keyboard scrolls it
    <section class={`mv-gallery ${isSquare ? 'mv-square' : 'mv-horizontal'}`} aria-label={label} tabIndex={0}>
      <ul class="mv-cards">
        {cards.map((card, index) => (
          <Card card={card} number={index + 1} {...reactions} />
        ))}
      </ul>
    </section>
  );
}
