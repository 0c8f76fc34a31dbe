/** Draws the examples in each channel, for tests and people: `#name,other` draws some examples, `#name/whatsapp` in one channel. */
import { render } from 'preact';
import './gallery.css';
import { type Channel, MessageView, type Pressed } from '../message-view/message-view.js';
import { type Example, examples } from './examples.js';

const channels: readonly Channel[] = ['messenger', 'instagram', 'whatsapp', 'telegram'];

const [names = '', only] = location.hash.slice(1).split('/');

/** Tells the test what was pressed. */
const onPress = (pressed: Pressed): void => {
  document.title = JSON.stringify(pressed);
};

function Drawn({ example: { name: title, ...shown } }: { readonly example: Example }) {
  return (
    <section aria-label={title}>
      <h2>{title}</h2>
      <div class="channels">
        {channels
          .filter((channel) => only === undefined || channel === only)
          .map((channel) => (
            <div class="channel" data-channel={channel}>
              <MessageView channel={channel} onPress={onPress} {...shown} />
            </div>
          ))}
      </div>
    </section>
  );
}

render(
  <main>
    <h1>Messages</h1>
    {examples
      .filter((example) => names === '' || names.split(',').includes(example.name))
      .map((example) => (
        <Drawn key={example.name} example={example} />
      ))}
  </main>,
  document.body,
);
