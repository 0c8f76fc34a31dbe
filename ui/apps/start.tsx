import './apps.css';
import { Component, type ComponentType, render } from 'preact';
import { applyContext } from './apply-context.js';
import { createHost, type Host, type Known } from './host.js';

/** What a view draws from. */
export interface ViewProps {
  readonly known: Known;
  readonly host: Host;
}

/** Draws a call as text if its view fails. */
class Guarded extends Component<ViewProps & { readonly View: ComponentType<ViewProps> }, { readonly failed: boolean }> {
  override state = { failed: false };

  override componentDidCatch(): void {
    this.setState({ failed: true });
  }

  override render() {
    const { View, known, host } = this.props;
    if (!this.state.failed) return <View known={known} host={host} />;
    return (
      <main>
        <h1>This call cannot be drawn</h1>
        <p>What came of it is in the words of the assistant.</p>
      </main>
    );
  }
}

const outsideText =
  'This page draws calls of ManyChat tools inside a client with MCP Apps. There is nothing to see here.';

/** Draws a view, and connects it to the client in whose frame it is. */
export function startView(name: string, View: ComponentType<ViewProps>): void {
  const { parent } = window;
  if (parent === window) {
    render(<main class="plain">{outsideText}</main>, document.body);
    return;
  }
  const observer = new ResizeObserver(() => host.resized(Math.ceil(document.body.getBoundingClientRect().height)));
  const host = createHost({
    name,
    // Only the host knows its origin. What is sent is no secret: the handshake, the height, and an id that was clicked.
    post: (message) => parent.postMessage(message, '*'),
    onChange: draw,
    onClose() {
      removeEventListener('message', receive);
      observer.disconnect();
    },
  });

  function draw(): void {
    const known = host.known();
    applyContext(known.context);
    render(<Guarded View={View} known={known} host={host} />, document.body);
    host.resized(Math.ceil(document.body.getBoundingClientRect().height));
  }

  function receive({ source, data }: MessageEvent): void {
    if (source === parent) host.receive(data);
  }

  addEventListener('message', receive);
  observer.observe(document.body);
  draw();
  host.connect();
}
