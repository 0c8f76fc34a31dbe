import { randomUUID } from 'node:crypto';
import type { Declaration, Endpoint, Known } from '../../../tools/contract/endpoint.js';
import type { Result } from '../../../tools/contract/json.js';
import type { Reference, ReferenceKind } from '../../../tools/contract/reference.js';
import type { JobMemory } from '../../../tools/contract/workflow.js';
import type { AccountSettings } from '../../config/accounts/settings.js';
import type { Redactor } from '../../text/redaction.js';
import type { Deadline } from '../../upstream/deadline.js';
import type { Departure } from '../../upstream/departure.js';
import type { FailureContext } from '../../upstream/failures/context.js';
import type { Host } from '../host.js';
import type { ConnectionChooser } from '../lookups/connections/chooser.js';
import type { ConnectionPages } from '../lookups/connections/pages/pages.js';
import type { Lookups } from '../lookups/lookups.js';
import type { OwnReader } from '../lookups/own-read.js';
import type { NamedThing, NameList } from '../lookups/true-names.js';
import type { Delivery } from '../send-guard/delivery.js';
import type { Held, Sends } from '../send-guard/guarded-sends.js';
import type { SendingCall } from '../send-guard/send-guard.js';

/** How far a call has come; `progress` never decreases. */
export interface Progress {
  readonly progress: number;
  readonly total?: number;
  readonly message: string;
}

/** Reports the progress of a call: how long it waits for the rate limit, until a job reports its own. */
export function progressOf(onProgress: ((progress: Progress) => void) | undefined) {
  let reportsItself = false;
  return {
    progress(done: number, total: number, message: string): void {
      // It counts in other units than seconds.
      reportsItself = true;
      onProgress?.({ progress: done, total, message });
    },
    onWait:
      onProgress &&
      ((seconds: number): void => {
        if (!reportsItself)
          onProgress({ progress: seconds, message: `Waiting for the rate limit, ${seconds} s so far` });
      }),
  };
}

/** What one call leaves for its log line and its result. */
export interface CallRecord {
  /** Ties the log lines of a call together: its own and those of its requests. */
  readonly id: string;
  connection?: string;
  /** Says how the connection was chosen, if that was not obvious. */
  warning?: string;
  httpStatus?: number;
  /** HTTP requests made for the answer, retries included; not those that explain or complete it. */
  requests?: number;
}

/** How an account is named where it is observed. Without a name, the first characters of the identity tell accounts apart. */
export const accountLabel = ({ identity, name }: Pick<AccountSettings, 'identity' | 'name'>): string =>
  name ?? identity.slice(0, 8);

/**
 * How an account is named in measurements. Every name is a series that is kept, so all accounts of keys that callers bring
 * have one.
 */
export const measuredAs = (settings: Pick<AccountSettings, 'identity' | 'name' | 'keyFromCaller'>): string =>
  settings.keyFromCaller === true ? 'client-key' : accountLabel(settings);

/** What every log line of a call begins with. */
export const callLine = ({ id }: Pick<CallRecord, 'id'>, settings: Pick<AccountSettings, 'identity' | 'name'>) => ({
  id,
  account: accountLabel(settings),
});

/** Starts what the calls of a job learn for the next. */
export const newJobMemory = (): JobMemory => ({ channelRefusals: 0 });

/** Starts the record of a call. */
export const newRecord = (id = randomUUID().slice(0, 8)): CallRecord => ({ id });

/** One call of a tool, handed from stage to stage; the steps of a workflow share it. */
export interface CallContext {
  readonly record: CallRecord;
  readonly deadline: Deadline;
  readonly sending: SendingCall;
  /** Told when a request that must not be repeated leaves. */
  readonly departure?: Departure | undefined;
  /** The id of the connection, where it is chosen. */
  readonly connectionId: string | undefined;
  /** What the caller asked for, if the connection is still to be chosen: an id or the name of a page. */
  readonly askedConnection?: string | undefined;
  /** Whether the contact may be read to explain a refusal. */
  readonly readsContact: boolean;
  readonly names: CallNames;
  readonly job: JobMemory;
  /** What is sent is the answer to a message, which the inbox notes itself. */
  readonly answers?: boolean | undefined;
}

/** A name in a call, and the only thing that has it or is shown so. */
export interface MeantName extends Reference {
  readonly thing: NamedThing;
}

/** What names were found to mean. They keep that meaning in all calls that share it. */
export interface KnownNames {
  /** The things that names mean, each on its connection. */
  readonly meant: (MeantName & { readonly connection: string | undefined })[];
  /** The names, by connection, under which things were used or may have been used. */
  readonly used: Set<string>;
}

/** Starts what several calls are to know about names. */
export const newKnownNames = (): KnownNames => ({ meant: [], used: new Set() });

/** What is known about the names in one call of a tool; the steps of a workflow share it. */
export interface CallNames extends KnownNames {
  /** The lists that were read for the call. */
  readonly lists: Map<ReferenceKind, Promise<NameList>>;
  /** The user has confirmed what the names mean, so no other name is replaced. */
  readonly confirmed: boolean;
}

/** Starts what is known about names in a call; `known` is what it shares with other calls. */
export const newNames = (known = newKnownNames()): CallNames => ({ ...known, lists: new Map(), confirmed: false });

/** Starts what is known about names in a call on this connection, if the user has confirmed what they mean. */
export const confirmedNames = (confirmed: readonly MeantName[], connection: string | undefined): CallNames => ({
  ...newNames({ meant: confirmed.map((name) => ({ ...name, connection })), used: new Set() }),
  confirmed: true,
});

/** The circumstances of one call. */
export interface CallOptions {
  readonly signal: AbortSignal;
  /** The id of the connection. */
  readonly connectionId?: string | undefined;
  /** The connection that the caller asked for, by its id or page name. */
  readonly askedConnection?: string | undefined;
  /** The time the call may take if that is less than the account's setting, in milliseconds. */
  readonly deadlineMs?: number | undefined;
  /** One of many calls of a program, whose requests let other calls go first. */
  readonly oneOfMany?: boolean | undefined;
  /** What the names in the input mean, if the user has confirmed it: no other thing is used then. */
  readonly names?: readonly MeantName[] | undefined;
  /** What the calls of one run know about names; they are told apart by connection. */
  readonly known?: KnownNames | undefined;
  /** What the calls of one run learn for the next. */
  readonly job?: JobMemory | undefined;
  /** Told every second that the call waits for the rate limit, and how far a long job has come. */
  readonly onProgress?: ((progress: Progress) => void) | undefined;
  /** Told when a request that must not be repeated leaves. */
  readonly departure?: Departure | undefined;
  readonly delivery: Delivery;
  readonly record: CallRecord;
  /** Identifies the caller, to whom the jobs that it begins belong; by default the user of this process. */
  readonly principal?: string | undefined;
  /** A person has approved the answer that the call gives. */
  readonly approved?: boolean | undefined;
}

/** The call of one endpoint. The stages fill it in; the one that sets `result` ends it. */
export interface EndpointCall {
  readonly endpoint: Endpoint;
  readonly context: CallContext;
  /** The input as the caller gave it, by which the send guard recognises a repeated send. */
  readonly original: Result;
  /** The input with true names, and with field values in the form of their types. */
  input: Result;
  connection: string | undefined;
  /** What the send guard answered; a workflow may have asked before. */
  held: Held | undefined;
  /** What the fields that the call may change held before. */
  valueBefore?: Known['valueBefore'];
  /** The data of the response, once there is one. */
  response?: { readonly data: unknown };
  readonly warnings: string[];
  result?: Result;
}

/** Starts the call of an endpoint. */
export const endpointCall = (endpoint: Endpoint, input: Result, context: CallContext, held?: Held): EndpointCall => ({
  endpoint,
  context,
  original: input,
  input,
  connection: undefined,
  held,
  warnings: [],
});

/** The context of a further call on the same connection, which has a record of its own. */
export const alongside = ({ context, connection }: EndpointCall): CallContext => ({
  ...context,
  connectionId: connection,
  record: newRecord(context.record.id),
});

/** What the calls of one account work with. */
export interface AccountParts extends Lookups {
  readonly host: Host;
  readonly settings: AccountSettings;
  readonly redactor: Redactor;
  readonly connections: ConnectionChooser;
  readonly pages: ConnectionPages;
  readonly sends: Sends;
  /**
   * Runs an endpoint call through all stages.
   * @throws CallError
   */
  perform(call: EndpointCall): Promise<Result>;
  readonly read: OwnReader;
}

/** What the wording of a failure depends on. */
export const failureContext = <Called extends Declaration>(
  declaration: Called,
  { access, name, reader, keyFromCaller }: Pick<AccountSettings, 'access' | 'name' | 'reader' | 'keyFromCaller'>,
): FailureContext<Called> => ({
  declaration,
  direct: access.mode === 'direct',
  account: name,
  reader,
  ...(keyFromCaller !== undefined && { keyFromCaller }),
});
