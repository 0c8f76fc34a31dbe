import { LinkView, type OpenLink, PhraseView, Text } from './pieces.js';
import type { ButtonView, Pressed } from './view-model.js';

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

function ButtonItem({ view, ...reactions }: { readonly view: ButtonView } & Reactions) {
  return (
    <li
      class={`mv-button mv-type-${/^\w+$/.test(view.pressed.type) ? view.pressed.type : 'unknown'}${severityClass(view.severity)}`}
    >
      <Caption view={view} {...reactions} />
      {view.does.length > 0 && (
        <span class="mv-does">
          {view.does.map((phrase, index) => (
            <span class="mv-phrase">
              {index > 0 && '; '}
              <PhraseView phrase={phrase} onLink={reactions.onLink} />
            </span>
          ))}
        </span>
      )}
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
