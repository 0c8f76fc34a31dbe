import type * as z from 'zod';
import type { Capability, ToolName } from './capabilities.js';
import type { Effect } from './effect.js';
import type { FieldValues } from './field-values.js';
import type { Result } from './json.js';
import type { Naming, Reference } from './reference.js';

/** What a tool answers: the schema that clients see, and how the upstream's `data` becomes it. */
export interface Output<Input = Result> {
  readonly schema: z.ZodObject;
  /** Whether the data is an answer at all; a read that got none has failed, a write succeeded all the same. */
  isAnswer?(data: unknown): boolean;
  /** Never throws: a call that succeeded upstream always has a result. */
  from(data: unknown, input: Input): Result;
}

/** What every tool has, whether it is one HTTP request or several. */
export interface Declaration<Input extends z.ZodObject = z.ZodObject> {
  readonly kind: 'endpoint' | 'workflow';
  readonly name: ToolName;
  readonly title: string;
  readonly description: string;
  /** Which API it reaches: ManyChat's, Maton's connections, or none. */
  readonly api: 'manychat' | 'connections' | 'none';
  readonly effect: Effect;
  /**
   * What the tool is there for, if it changes something. When every tool with a purpose is excluded, the other tools
   * refuse calls that would do the same.
   */
  readonly purposes?: readonly Capability[];
  /** The tools that show whether a call with an unknown outcome took place; for effects that are never repeated. */
  readonly verifyWith?: readonly ToolName[];
  readonly input: Input;
  readonly output: { readonly schema: z.ZodObject };
  /** Mends arguments whose meaning is beyond doubt, before they are checked. */
  repair?(given: unknown): Repaired;
  /** What the caller should know of arguments that are right and may yet not do what was meant. */
  warnings?(input: z.output<Input>): string[];
  /** What a call with this input does beyond the tool's own purposes, directly or later. */
  capabilities?(input: z.output<Input>): readonly Capability[];
  /** What a user is asked before such a call, as the beginning of a question; for effects that can be confirmed. */
  question?(input: z.output<Input>, naming: Naming): string;
  /** One truthful call. */
  readonly example: z.input<Input>;
}

/** Performs another endpoint's call on the same connection. */
export type CallEndpoint = (endpoint: Endpoint, input: Result) => Promise<Result>;

/** One HTTP endpoint as one MCP tool: everything about it, as data. */
export interface Endpoint<Input extends z.ZodObject = z.ZodObject> extends Declaration<Input> {
  readonly kind: 'endpoint';
  readonly api: 'manychat' | 'connections';
  /** GET and DELETE put their input into the query, POST into a JSON body. */
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** Path below the API's base; `{name}` is filled from the input. */
  readonly path: `/${string}`;
  /** ManyChat's published limit, in calls a second for one page; absent where none is published. */
  readonly perSecond?: number;
  /** ManyChat's published limit for one subscriber, in calls an hour. */
  readonly perSubscriberHour?: number;
  /** Inputs that shape the result here and are not sent. */
  readonly localInputs?: readonly string[];
  /** Parameters sent with every call. */
  readonly constants?: Readonly<Record<string, string>>;
  readonly output: Output<z.output<Input>>;
  /** The things of the account that the input names, so that a name which does not exist can be told from its like. */
  references?(input: z.output<Input>): Reference[];
  /** Values of fields in the input, checked and put into the form that the fields' types take. */
  readonly fieldValues?: FieldValues<z.output<Input>>;
  /** A further call that some answers need; it must not turn a success into a failure. */
  followUp?(result: Result, call: CallEndpoint): Promise<Result>;
}

/** Types an endpoint by its own schemas. */
export function endpoint<Input extends z.ZodObject>(declaration: Omit<Endpoint<Input>, 'kind'>): Endpoint {
  return { kind: 'endpoint', ...declaration };
}

/** Arguments as they should have been given, and what was changed about them. */
export interface Repaired {
  readonly input: unknown;
  readonly warnings: readonly string[];
  /** What keeps them from being mended and checked at all. */
  readonly problem?: string | undefined;
}
