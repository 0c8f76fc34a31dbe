import { Component, type ComponentType, type FunctionComponent } from 'preact';

/** A component that is drawn again only if one of its properties is another one. */
export function memo<P extends object>(Drawn: FunctionComponent<P>): ComponentType<P> {
  return class extends Component<P> {
    override shouldComponentUpdate(next: P): boolean {
      const now = this.props;
      const names = new Set([...Object.keys(now), ...Object.keys(next)]);
      return [...names].some((name) => !Object.is(Reflect.get(now, name), Reflect.get(next, name)));
    }
    override render() {
      return <Drawn {...this.props} />;
    }
  };
}
