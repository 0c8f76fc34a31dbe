import type { ComponentChildren } from 'preact';
import { type Link, stretchesOf } from './links.js';
import type { Note } from './view-model.js';
import type { Phrase } from './words.js';

/** Opens an address in place of the browser, where a page may not. */
export type OpenLink = (href: string) => void;

interface LinkProps {
  readonly link: Link;
  readonly onLink: OpenLink | undefined;
  /** Called besides when it is opened. */
  readonly onOpen?: () => void;
  /** What is shown in place of the address. */
  readonly class?: string;
  readonly children?: ComponentChildren;
}

/** An address: a link, or text with the reason why it is none. */
export function LinkView({ link, onLink, onOpen, class: name = '', children }: LinkProps) {
  if ('refused' in link) {
    return (
      <span class={`mv-refused ${name}`}>
        <bdi>{children ?? link.text}</bdi> {link.text === '' ? '(no address)' : `(no link: ${link.refused})`}
      </span>
    );
  }
  const { href, opens } = link;
  const open = (event: Event): void => {
    onOpen?.();
    if (onLink === undefined) return;
    event.preventDefault();
    onLink(href);
  };
  return (
    <>
      <a class={name} href={href} title={href} target="_blank" rel="noopener noreferrer" onClick={open}>
        <bdi>{children ?? link.text}</bdi>
      </a>
      {opens !== undefined && children === undefined && <span class="mv-opens"> (opens {opens})</span>}
    </>
  );
}

interface TextProps {
  readonly text: string;
  readonly onLink?: OpenLink | undefined;
  /** Whether addresses in it are links. */
  readonly withLinks?: boolean;
}

/** A text that a stranger may have written: never markup, and isolated from what is around it. */
export function Text({ text, onLink, withLinks = false }: TextProps) {
  return (
    <span class="mv-text" dir="auto">
      {stretchesOf(text, withLinks).map((stretch) =>
        stretch.kind === 'link' ? (
          <LinkView link={stretch.link} onLink={onLink} />
        ) : stretch.kind === 'placeholder' ? (
          <mark class="mv-literal" title="Sent literally">
            {stretch.text}
          </mark>
        ) : (
          stretch.text
        ),
      )}
    </span>
  );
}

/** A phrase of ours, with what strangers wrote in quotes. */
export function PhraseView({ phrase, onLink }: { readonly phrase: Phrase; readonly onLink: OpenLink | undefined }) {
  return (
    <>
      {phrase.map((part) =>
        typeof part === 'string' ? (
          part
        ) : 'name' in part ? (
          <>
            “<bdi>{part.name}</bdi>”
          </>
        ) : 'id' in part ? (
          <bdi>{part.id}</bdi>
        ) : (
          <LinkView link={part.link} onLink={onLink} />
        ),
      )}
    </>
  );
}

const labels: Readonly<Record<Note['severity'], string>> = {
  invalid: 'Not accepted',
  unsupported: 'Not supported',
  undocumented: 'Not documented',
  literal: 'Placeholder',
};

/** Phrases one after the other. */
export function Phrases({
  phrases,
  onLink,
}: {
  readonly phrases: readonly Phrase[];
  readonly onLink: OpenLink | undefined;
}) {
  return (
    <>
      {phrases.map((phrase, index) => (
        <>
          {index > 0 && '; '}
          <PhraseView phrase={phrase} onLink={onLink} />
        </>
      ))}
    </>
  );
}

/** What is to be known about a part, below it. */
export function Notes({ notes }: { readonly notes: readonly Note[] }) {
  if (notes.length === 0) return null;
  return (
    <ul class="mv-notes">
      {notes.map(({ severity, text }) => (
        <li class={`mv-note mv-note-${severity}`}>
          <b>{labels[severity]}:</b> <bdi>{text}</bdi>
        </li>
      ))}
    </ul>
  );
}
