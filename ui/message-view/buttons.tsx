import { LinkView, type OpenLink, PhraseView, Text } from './pieces.js';
import type { ButtonView, Pressed } from './view-model.js';
import { type Phrase, phraseText } from './words.js';

/** What becomes of presses and links. */
export interface Reactions {
  /** Presses of buttons and quick replies; without it they are no controls. */
  readonly onPress: ((pressed: Pressed) => void) | undefined;
  readonly onLink: OpenLink | undefined;
}

/** Whether a button can be pressed on its channel. */
const isPressable = ({ severity }: ButtonView): boolean => severity !== 'invalid' && severity !== 'unsupported';

/** The class that a severity gives. */
export const severityClass = (severity: string | undefined): string =>
  severity === undefined ? '' : ` mv-is-${severity}`;

function Caption({ view, onPress, onLink }: { readonly view: ButtonView } & Reactions) {
  const { caption, link, pressed } = view;
  const text = caption === '' ? <span class="mv-absent">(no caption)</span> : <Text text={caption} />;
  if (isPressable(view) && link !== undefined && 'href' in link) {
    return (
      <LinkView class="mv-press" link={link} onLink={onLink} onOpen={() => onPress?.(pressed)}>
        {text}
      </LinkView>
    );
  }
  if (!isPressable(view) || onPress === undefined) return <span class="mv-press">{text}</span>;
  return (
    <button class="mv-press" type="button" onClick={() => onPress(pressed)}>
      {text}
    </button>
  );
}

const Does = (props: { readonly phrase: Phrase } & Pick<Reactions, 'onLink'>) => (
  <span class="mv-does">
    <PhraseView {...props} />
  </span>
);

/** A button, with what it does below its caption. A quick reply has that in its title, because it is a chip. */
function ButtonItem({ view, ...reactions }: { readonly view: ButtonView } & Reactions) {
  const { does, actions, pressed, severity } = view;
  const type = /^\w+$/.test(pressed.type) ? pressed.type : 'unknown';
  return (
    <li class={`mv-button mv-type-${type}${severityClass(severity)}`} title={does.map(phraseText).join('; ')}>
      <Caption view={view} {...reactions} />
      {pressed.kind === 'quick_reply' ? (
        <span class="mv-unseen">{does.map(phraseText).join('; ')}</span>
      ) : (
        does.map((phrase) => <Does phrase={phrase} onLink={reactions.onLink} />)
      )}
      {actions.map((phrase) => (
        <Does phrase={phrase} onLink={reactions.onLink} />
      ))}
    </li>
  );
}

interface ListProps extends Reactions {
  readonly class: string;
  readonly label: string;
  readonly views: readonly ButtonView[];
}

/** Buttons or quick replies. */
export function ButtonList({ class: name, label, views, ...reactions }: ListProps) {
  if (views.length === 0) return null;
  return (
    <ul class={name} aria-label={label}>
      {views.map((view) => (
        <ButtonItem view={view} {...reactions} />
      ))}
    </ul>
  );
}
