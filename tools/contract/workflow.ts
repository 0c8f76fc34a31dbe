import type * as z from 'zod';
import type { Declaration, Endpoint } from './endpoint.js';
import type { Failure } from './failure.js';
import type { Result } from './json.js';

/** One endpoint's call as a part of a larger job; `what` names it where a later one fails. */
export interface Step {
  readonly what: string;
  readonly endpoint: Endpoint;
  readonly input: Result;
  /** Of a flow: the custom fields that were set for it, since the same flow with other values is another message. */
  readonly fields?: Result | undefined;
  /** One of many: a refusal is not explained by a further read of the contact, and the step is not reported. */
  readonly oneOfMany?: boolean;
  /** The result in the place of a failure that is an answer all the same; undefined where it is none. */
  readonly recover?: (failure: Failure) => Result | undefined;
}

/** What a workflow is made with. */
export interface Steps {
  /** The result of one step, or a CallError; its warnings are collected. */
  call(step: Step): Promise<Result>;
  /**
   * Steps one after another, the last of which may send; those after one that fails are reported as not done. None is
   * made where the same was sent before and the caller may not have heard of it: `done before`.
   */
  inOrder(steps: readonly Step[]): Promise<'done' | 'done before'>;
  /** Milliseconds since 1970. */
  now(): number;
  /** The share of the call's time that is left, from 1 down to 0; 0 as well when the client has cancelled. */
  timeLeft(): number;
  /** Tells the client how far a long job has come. */
  progress(done: number, total: number, message: string): void;
}

/**
 * A tool made of several endpoint calls, each paced and translated as any other, all on one connection and within one
 * deadline. Its failure is that of the step that failed, and says which steps were done.
 */
export interface Workflow<Input extends z.ZodObject = z.ZodObject> extends Declaration<Input> {
  readonly kind: 'workflow';
  /** It does the same for many contacts, and is called again with all of them when its answer was lost. */
  readonly forMany?: boolean;
  run(input: z.output<Input>, steps: Steps): Promise<Result>;
}

/** Types a workflow by its own schemas. */
export function workflow<Input extends z.ZodObject>(declaration: Omit<Workflow<Input>, 'kind'>): Workflow {
  return { kind: 'workflow', ...declaration };
}
