import './message-view.css';
import { ButtonList, type Reactions, severityClass } from './buttons.js';
import { Gallery } from './gallery.js';
import { Icon } from './icons.js';
import type { ReadingOptions } from './notes.js';
import { LinkView, Notes, Phrases, Text } from './pieces.js';
import { readContent } from './reading.js';
import type { Body, ContentModel, MessageModel, Pressed } from './view-model.js';

export type { Channel } from '../../tools/message/channels.js';
export type { Pressed } from './view-model.js';

/** What is drawn, and how. */
export interface MessageViewProps extends ReadingOptions {
  /** `{messages, quick_replies?, actions?, type?, …}` in any form that the tools read; nothing about it is trusted. */
  readonly content: unknown;
  /** Called when a button or quick reply is pressed. Without it, only links can be pressed. */
  readonly onPress?: (pressed: Pressed) => void;
  /** Opens a link; without it the browser does, in a new tab. */
  readonly onLink?: (href: string) => void;
}

const mediumNames = { image: 'Picture', video: 'Video', audio: 'Audio', file: 'File' } as const;

interface BodyProps extends Reactions {
  readonly body: Body;
  readonly isPartial: boolean | undefined;
}

function BodyView({ body, isPartial, ...reactions }: BodyProps) {
  const { onLink } = reactions;
  switch (body.kind) {
    case 'text':
      return (
        <div class="mv-bubble">
          {body.text === '' ? (
            <span class="mv-absent">{isPartial === true ? '…' : '(no text)'}</span>
          ) : (
            <Text text={body.text} onLink={onLink} withLinks />
          )}
        </div>
      );
    case 'media':
      return (
        <div class={`mv-bubble mv-media mv-${body.medium}`}>
          <span class="mv-frame">
            <Icon medium={body.medium} />
          </span>
          <span class="mv-about-medium">
            <span class="mv-medium">
              {mediumNames[body.medium]}
              {body.name !== '' && (
                <>
                  {': '}
                  <bdi>{body.name}</bdi>
                </>
              )}
            </span>
            <span class="mv-address">
              <LinkView link={body.link} onLink={onLink} />
            </span>
          </span>
        </div>
      );
    case 'cards':
      return <Gallery {...body} {...reactions} />;
    case 'unknown':
      return (
        <div class="mv-bubble mv-unknown">
          <Text text={body.text} />
        </div>
      );
  }
}

interface ItemProps extends Reactions {
  readonly message: MessageModel;
  readonly isPartial: boolean | undefined;
}

function MessageItem({ message, isPartial, ...reactions }: ItemProps) {
  const { body, buttons, notes, severity } = message;
  const part = body.kind === 'text' ? body.part : undefined;
  return (
    <li
      class={`mv-message mv-kind-${body.kind}${severityClass(severity)}${buttons.length > 0 ? ' mv-has-buttons' : ''}`}
    >
      <div class="mv-block">
        <BodyView body={body} isPartial={isPartial} {...reactions} />
        <ButtonList class="mv-buttons" label="Buttons" views={buttons} {...reactions} />
      </div>
      {part !== undefined && (
        <p class="mv-part">
          Part {part.number} of {part.of}
        </p>
      )}
      <Notes notes={notes} />
    </li>
  );
}

function About({ model, onLink }: { readonly model: ContentModel } & Pick<Reactions, 'onLink'>) {
  const { actions, callback } = model;
  return (
    <>
      {actions.length > 0 && (
        <p class="mv-about">
          When sent: <Phrases phrases={actions} onLink={onLink} />
        </p>
      )}
      {callback.length > 0 && (
        <p class="mv-about">
          <Phrases phrases={callback} onLink={onLink} />
        </p>
      )}
      <Notes notes={model.notes} />
    </>
  );
}

/** Message content as its channel shows it. */
export function MessageView({ content, onPress, onLink, ...options }: MessageViewProps) {
  const model = readContent(content, options);
  const reactions = { onPress, onLink };
  const { channel, messages, quickReplies, quickReplyNotes } = model;
  return (
    <div class={`mv mv-${channel} ${options.isFromContact === true ? 'mv-from-contact' : 'mv-from-page'}`}>
      {messages.length > 0 && (
        <ol class="mv-messages">
          {messages.map((message) => (
            <MessageItem key={message.key} message={message} isPartial={options.isPartial} {...reactions} />
          ))}
        </ol>
      )}
      <ButtonList class="mv-quick-replies" label="Quick replies" views={quickReplies} {...reactions} />
      <Notes notes={quickReplyNotes} />
      <About model={model} onLink={onLink} />
    </div>
  );
}
