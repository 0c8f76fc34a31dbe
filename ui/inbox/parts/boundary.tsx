import { Component, type ComponentChildren } from 'preact';

interface Bounded {
  /** Drawn instead if the children cannot be drawn. */
  readonly instead: () => ComponentChildren;
  readonly children: ComponentChildren;
}

/** What cannot be drawn does not take the rest of the page with it. */
export class Boundary extends Component<Bounded, { readonly hasFailed: boolean }> {
  static override getDerivedStateFromError(): { readonly hasFailed: boolean } {
    return { hasFailed: true };
  }
  override state = { hasFailed: false };
  override render() {
    return this.state.hasFailed ? this.props.instead() : this.props.children;
  }
}
