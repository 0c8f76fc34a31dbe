import { readFileSync } from 'node:fs';

/** What the documentation of ManyChat and Maton says of one endpoint, written by hand and not from its declaration. */
export interface Published {
  readonly tool: string;
  /** ManyChat's if absent. */
  readonly api?: 'connections';
  readonly method: string;
  readonly path: string;
  readonly per_second: number | null;
  readonly per_subscriber_per_hour?: number;
  readonly parameters: Readonly<Record<string, string>>;
  readonly required: readonly string[];
  readonly one_of?: readonly string[];
  readonly any_of?: readonly string[];
  readonly max_items?: Readonly<Record<string, number>>;
  /** The smallest call that is accepted, where required parameters of the published types do not make one. */
  readonly least_call?: Readonly<Record<string, unknown>>;
  /** What a success returns, within `data` for ManyChat, where a plain object would not do. */
  readonly returns?: unknown;
  /** The documented calls and the requests that they make. */
  readonly requests: readonly DocumentedRequest[];
}

/** A documented call; `path` is given where it differs from the endpoint's. */
interface DocumentedRequest {
  readonly arguments: Readonly<Record<string, unknown>>;
  readonly path?: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

const all: (Published & { deprecated?: boolean })[] = JSON.parse(
  readFileSync(new URL('published.json', import.meta.url), 'utf8'),
);

/** Every published endpoint that is not deprecated. */
export const published: readonly Published[] = all.filter(({ deprecated }) => deprecated !== true);
