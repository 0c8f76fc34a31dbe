import type * as z from 'zod';
import type { Capability, ToolName } from './capabilities.js';
import type { Effect } from './effect.js';
import type { Failure } from './failure.js';
import type { FieldRef, FieldValues } from './field-values.js';
import type { Result } from './json.js';
import type { ChangeName, Naming, ReferenceKind } from './reference.js';

/** A call of a tool, as a result names it. */
interface NamedCall {
  readonly tool: ToolName;
  readonly arguments: Result;
}

/** The lists of a result that come in pages. One offset counts in all of them. */
export interface Pages {
  /** The key of the object that holds the lists; absent if the result itself does. */
  readonly within?: string;
  /** Keys of the lists; the tool is there for the first. */
  readonly lists: readonly string[];
  /** The result has a count of its own, so it needs no total. */
  readonly counted?: boolean;
  /** The list whose items hold those of the first list, which have the id of what holds them under this key. */
  readonly holders?: { readonly list: string; readonly key: string };
  /** The lists of an item, in a list whose items have some. */
  readonly item?: Pages;
  /** The call that returns more of what holds the lists, but for its offset; absent if the same tool does. */
  next?(holder: Result): NamedCall | undefined;
}

/** The result of an endpoint: the schema that clients see, and how the upstream's `data` becomes it. */
export interface Output<Input = Result> {
  readonly schema: z.ZodObject;
  readonly pages?: Pages | undefined;
  /** Whether the data holds an answer. If not, a read has failed; a write has succeeded all the same. */
  isAnswer?(data: unknown): boolean;
  /** Must not throw: a call that succeeded upstream always has a result. */
  from(data: unknown, input: Input): Result;
}

/** Arguments after unambiguous mistakes were corrected. */
export interface Repaired {
  readonly input: unknown;
  /** A sentence for each correction. */
  readonly warnings: readonly string[];
  /** Why the arguments can be neither corrected nor checked. */
  readonly problem?: string | undefined;
}

/** The views that clients with MCP Apps can draw a call in: a message and what came of it, or the contacts that were found. */
export type View = 'message-preview' | 'subscribers';

/** What every tool declares. */
export interface Declaration<Input extends z.ZodObject = z.ZodObject> {
  readonly kind: 'endpoint' | 'workflow';
  readonly name: ToolName;
  readonly title: string;
  readonly description: string;
  /** What it calls: ManyChat, Maton for connections, the messages that the account has heard, or nothing. */
  readonly api: 'manychat' | 'connections' | 'inbox' | 'none';
  readonly effect: Effect;
  /**
   * What the tool is there for, if it changes something. When every tool with a purpose is excluded, the other tools
   * refuse calls that would do the same.
   */
  readonly purposes?: readonly Capability[];
  /** The tools that show whether a call with an unknown outcome took place; required unless the effect is repeatable. */
  readonly verifyWith?: readonly ToolName[];
  /** The view of a call, from its arguments and its result. */
  readonly view?: View;
  readonly input: Input;
  readonly output: { readonly schema: z.ZodObject; readonly pages?: Pages | undefined };
  /** Corrects unambiguous mistakes before the arguments are checked. */
  repair?(input: unknown): Repaired;
  /** A sentence for each thing that is valid but may not do what was meant. */
  warnings?(input: z.output<Input>): string[];
  /** A copy of the input in which each name of a thing of the account is replaced by what `change` returns. */
  mapNames?(input: z.output<Input>, change: ChangeName): Result;
  /** What a call with this input does beyond the tool's own purposes, directly or later. */
  capabilities?(input: z.output<Input>): readonly Capability[];
  /** The start of the question that asks the user to confirm a call, for effects that can need a confirmation. */
  question?(input: z.output<Input>, naming: Naming): string;
  /** Arguments of a call that works in the sandbox, as clients are shown them. */
  readonly example: Result;
}

/** Things that responses name: by id, a flow by its ns, a page by its connection. */
export type NamedKind = ReferenceKind | 'contact' | 'user_ref' | 'page';

/** What is known about the things that a call concerns, without a request. */
export interface Known {
  /** The name of a thing that an earlier response showed. */
  name(kind: NamedKind, id: unknown): string | undefined;
  /** What a field held before the call; undefined if it was empty, or was not read within the last minute. */
  valueBefore(field: FieldRef): unknown;
  /** The same was sent before, so nothing was sent now. */
  readonly repeated: boolean;
}

/** Calls another endpoint on the same connection. */
export type CallEndpoint = (endpoint: Endpoint, input: Result) => Promise<Result>;

/** A tool that is one HTTP endpoint. */
export interface Endpoint<Input extends z.ZodObject = z.ZodObject> extends Declaration<Input> {
  readonly kind: 'endpoint';
  readonly api: 'manychat' | 'connections';
  /** GET and DELETE send their input in the query, POST in a JSON body. */
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** Below the base address of the API; `{name}` is replaced by that input. */
  readonly path: `/${string}`;
  /** ManyChat's published limit for a page, in calls a second; absent if none is published. */
  readonly perSecond?: number;
  /** ManyChat's published limit for a contact, in calls an hour. */
  readonly perSubscriberHour?: number;
  /** Inputs that shape the result on this side and are not sent. */
  readonly localInputs?: readonly string[];
  /** Parameters that every request has. */
  readonly constants?: Readonly<Record<string, string>>;
  readonly output: Output<z.output<Input>>;
  /** An id that the input may give by name instead; it is looked up in the list of its kind. */
  readonly idByName?: { readonly kind: ReferenceKind; readonly id: string; readonly name: string };
  /** The endpoint that does the same by the id of the thing that the input names; `id` is its only input. */
  readonly byId?: { readonly endpoint: Endpoint; readonly id: string };
  /** The data for a refusal that is an answer, such as that there is no such thing; undefined if it is none. */
  answerIn?(refusal: Failure): unknown;
  /** The values of fields in the input, which are checked and converted by the type of their field. */
  readonly fieldValues?: FieldValues<z.output<Input>>;
  /** The keys of the result that say what a write did. Must not throw. */
  echo?(input: z.output<Input>, known: Known): Result;
  /** The result is a list of connections, each of which is shown with its page. */
  readonly showsPages?: true;
  /** Completes a result, if need be by another call. Must not turn a completed change into a failure. */
  followUp?(result: Result, call: CallEndpoint, input: z.output<Input>): Promise<Result>;
}

/** Types an endpoint by its own schemas. */
export function endpoint<Input extends z.ZodObject>(declaration: Omit<Endpoint<Input>, 'kind'>): Endpoint {
  return { kind: 'endpoint', ...declaration };
}
