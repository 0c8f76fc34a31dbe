import type * as z from 'zod';
import type { Declaration, Endpoint, Known } from './endpoint.js';
import type { Failure } from './failure.js';
import type { InboxSteps } from './inbox.js';
import type { Result } from './json.js';

/** A call of an endpoint as part of a workflow. */
export interface Step {
  /** What the step does, for the report of a failure: "set the fields". */
  readonly what: string;
  readonly endpoint: Endpoint;
  readonly input: Result;
  /** For a flow, the custom fields set for it: the same flow with other values is another message. */
  readonly fields?: Result | undefined;
  /** The step is not reported, and a refusal is not explained by a read: it is for one of many contacts, or the workflow explains it. */
  readonly quiet?: boolean;
  /** Turns a failure that is an answer into a result; undefined if it is none. */
  readonly recover?: (failure: Failure) => Result | undefined;
}

/** What steps in order came to: the result of each, or that the same was sent before. */
export type InOrder =
  | { readonly outcome: 'done'; readonly results: readonly Result[] }
  | { readonly outcome: 'done before' };

/** A custom field, as a workflow names it. */
export interface NamedField {
  readonly id: string;
  readonly name: string;
}

/** A custom field that holds the WhatsApp numbers of the contacts. */
export interface NumberField extends NamedField {
  /** Whether its numbers have their `+`; absent if none was seen. */
  readonly hasPlus?: boolean | undefined;
}

/**
 * The custom field with the WhatsApp numbers, which ManyChat does not search itself. What is remembered is shared by the
 * calls of an account on one connection.
 */
export interface WhatsappField {
  /** Its name or id, if the settings name it. */
  readonly setting: string | undefined;
  /** The field that was remembered. */
  known(): NumberField | undefined;
  /** Remembers a field, or forgets the known one. */
  remember(field: NumberField | undefined): void;
}

/** What a send in one of several forms came to. If it was sent before, `form` and `data` say how, as far as that is remembered. */
export type OneForm =
  | { readonly outcome: 'done'; readonly result: Result }
  | { readonly outcome: 'done before'; readonly form: Step | undefined; readonly data: unknown };

/** A channel that leaves a trace in the data of its contacts. */
export type RecordedChannel = 'whatsapp' | 'instagram';

/** What the calls of one job learn for the contacts that follow. */
export interface JobMemory {
  /** How many contacts were refused for their channel. */
  channelRefusals: number;
}

/** What became of one contact in a job. A failure has its words if it is the first of its kind. */
export type ContactOutcome =
  /** `before`: another call had already sent it the same. `channel`: the one that was found for it. */
  | { readonly state: 'done'; readonly before?: boolean; readonly channel?: string | undefined }
  | {
      readonly state: 'failed' | 'unknown';
      readonly failure: Pick<Failure, 'kind'> & Partial<Pick<Failure, 'message' | 'hint' | 'source'>>;
    };

/** The turns of the contacts of a job, on which several calls can work, one after the other. */
export interface Turns {
  /** Names the job in later calls; undefined if it cannot be resumed, as in a dry run. */
  readonly handle: string | undefined;
  /** The call was not made to resume the job: it has the arguments of an earlier call whose result may have been lost. */
  readonly repeated: boolean;
  /** What became of contacts in earlier calls; `begun` if that was not recorded, so that it is unknown. */
  readonly outcomes: ReadonlyMap<string, ContactOutcome | 'begun'>;
  /**
   * Notes that a contact's turn begins, before anything is sent.
   * @throws CallError if another call has taken over the job: nothing may be sent.
   */
  begin(contact: string): Promise<void>;
  /** Records an outcome; undefined if nothing was done, so that the turn is still to come. Never rejects. */
  record(contact: string, outcome: ContactOutcome | undefined): Promise<void>;
}

/** How the calls of a workflow are jobs for many contacts. */
interface JobRules<Input extends z.ZodObject = z.ZodObject> {
  /** The handle in the arguments of a call that resumes a job. It runs with the arguments that began the job. */
  handleIn(input: z.output<Input>): string | undefined;
  /** The contacts, each once. */
  contactsIn(input: z.output<Input>): readonly string[];
  /** The arguments for those contacts alone that `keep` returns true for. */
  onlyFor(input: z.output<Input>, keep: (contact: string) => boolean): Result;
  /** What the job sends. What it changes can be repeated, so the same arguments are always a new job then. */
  sends(input: z.output<Input>): 'messages' | 'flows' | undefined;
}

/** What a workflow runs with. */
export interface Steps {
  /**
   * Runs one step and collects its warnings.
   * @throws CallError
   */
  call(step: Step): Promise<Result>;
  /**
   * Runs steps in order; the last one may send. After a failure the rest are reported as not done. Returns `done before`
   * and runs none if the same was sent before and the client may not have received that result.
   * @throws CallError
   */
  inOrder(steps: readonly Step[]): Promise<InOrder>;
  /**
   * Makes a send in one of several forms. The send guard remembers it as it was asked for, whatever form came of it; it is
   * not made if it may have been sent in any form.
   * @param send performs the forms one after the other, and returns the result and what to remember of it.
   * @throws CallError
   */
  inOneForm(
    asked: Step,
    forms: readonly Step[],
    send: (perform: (form: Step) => Promise<Result>) => Promise<{ readonly result: Result; readonly data: unknown }>,
  ): Promise<OneForm>;
  /** The channels on record for a contact that are known without a request; undefined if that is too old to count. */
  channelsOf(contact: unknown): readonly RecordedChannel[] | undefined;
  readonly job: JobMemory;
  /** The name of a contact, tag, field or flow that is known without a request. */
  readonly name: Known['name'];
  readonly whatsappField: WhatsappField;
  /** The turns of the contacts, if the workflow's calls are jobs. */
  readonly turns: Turns;
  readonly inbox: InboxSteps;
  /** Milliseconds since 1970. */
  now(): number;
  /** The share of the call's time that is left, from 1 down to 0; also 0 once the client has cancelled. */
  timeLeft(): number;
  /** Reports the progress of a long job to the client. */
  progress(done: number, total: number, message: string): void;
}

/**
 * A tool made of several endpoint calls, on one connection and within one deadline. It fails with the failure of the step
 * that failed, which then says which steps were done.
 */
export interface Workflow<Input extends z.ZodObject = z.ZodObject> extends Declaration<Input> {
  readonly kind: 'workflow';
  /** Its calls are jobs for many contacts. */
  readonly job?: JobRules<Input>;
  /** How long a call waits for something to happen, beside the time that its work may take; in milliseconds. */
  waitsMs?(input: z.output<Input>): number;
  run(input: z.output<Input>, steps: Steps): Promise<Result>;
}

/** Types a workflow by its own schemas. */
export function workflow<Input extends z.ZodObject>(declaration: Omit<Workflow<Input>, 'kind'>): Workflow {
  return { kind: 'workflow', ...declaration };
}
