import type { Flow, PageTurn } from '../server/shapes.js';

/** What sent a delivery: our words, with a name of the account between them. */
export interface Source {
  readonly text: string;
  /** Isolated from our words wherever it is shown. */
  readonly name?: string;
  readonly after?: string;
}

/** What sent a delivery. */
export function sourceOf(
  { source, flow_ns: ns, otn_topic_name: topic }: Pick<PageTurn, 'source' | 'flow_ns' | 'otn_topic_name'>,
  flows: readonly Pick<Flow, 'ns' | 'name'>[],
): Source {
  const name = flows.find((each) => each.ns === ns)?.name ?? ns ?? '';
  switch (source) {
    case 'sendFlow':
      return { text: 'Flow ', name, after: ', started by the API' };
    case 'flow':
      return { text: 'Flow ', name };
    case 'block':
      return { text: 'Dynamic block' };
    default:
      return topic === undefined
        ? { text: `Sent by the API (${source})` }
        : { text: 'One-time notification ', name: topic, after: ` (${source})` };
  }
}
