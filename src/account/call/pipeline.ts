import { effectRules } from '../../../tools/contract/effect.js';
import type { CallEndpoint, Declaration, Endpoint } from '../../../tools/contract/endpoint.js';
import { CallError } from '../../../tools/contract/failure.js';
import type { Result } from '../../../tools/contract/json.js';
import { oneLine } from '../../../tools/contract/quoted.js';
import type { Step, Workflow } from '../../../tools/contract/workflow.js';
import { listConnections } from '../../../tools/endpoints/connections.js';
import { manychatKeyIn } from '../../config/keys.js';
import { errorMessage } from '../../text/error-text.js';
import { cleanLine, cleanText } from '../../text/safe-text.js';
import { type Deadline, openDeadline, stopError, withinDeadline } from '../../upstream/deadline.js';
import type { Departure } from '../../upstream/departure.js';
import { asCallError, callError } from '../../upstream/failures/call-error.js';
import type { FailureContext } from '../../upstream/failures/context.js';
import { type ActiveConnection, activeIn, connectionHint, createConnectionChooser } from '../lookups/connections.js';
import { adaptedTo, createFieldTypes } from '../lookups/field-types.js';
import { refuseExcluded } from '../policy/exclusion.js';
import { type Delivery, nobody } from '../send-guard/delivery.js';
import { createSends, type Held, sendOnce } from '../send-guard/guarded-sends.js';
import type { SendGuard, SendingCall } from '../send-guard/send-guard.js';
import type { Progress } from './call-context.js';
import { runWorkflow } from './run-workflow.js';
import { explained } from './stages/explain-refusal.js';
import { type CallTrace, createRequests, type RequestParts } from './stages/send-request.js';
import { compact } from './stages/shape-result.js';

/** One call's circumstances. */
export interface CallOptions {
  readonly signal: AbortSignal;
  /** The connection the caller asked for. */
  readonly connectionId?: string | undefined;
  /** The time that it may take where that is less than the setting, in milliseconds. */
  readonly deadlineMs?: number | undefined;
  /** Told each second that the call waits for its turn, and of how far a long job has come. */
  readonly onProgress?: ((progress: Progress) => void) | undefined;
  /** Told when a request that must not be made twice leaves. */
  readonly departure?: Departure | undefined;
  /** How the call's answer reaches its caller. */
  readonly delivery: Delivery;
  readonly trace: CallTrace;
}

/** Performs calls: the shared way to the gateway, or to ManyChat itself. */
export interface Gateway {
  /** The result of one call, or a CallError. */
  call(declaration: Endpoint | Workflow, input: Result, options: CallOptions): Promise<Result>;
  /** The connection that a call would use, the one it names where it names one; a CallError where it would be refused. */
  connectionOf(
    declaration: Declaration,
    requested: string | undefined,
    signal: AbortSignal,
  ): Promise<string | undefined>;
  close(): Promise<void>;
}

/** What the gateway client stands on. */
export interface GatewayParts extends RequestParts {
  readonly guard: SendGuard;
}

/** What one call carries through its requests. */
interface Course {
  readonly budget: Deadline;
  readonly connectionId: string | undefined;
  readonly departure?: Departure | undefined;
  readonly sending: SendingCall;
  readonly trace: CallTrace;
  /** A refusal is not explained by a further read of the contact. */
  readonly plain?: boolean | undefined;
}

/** How long a refusal waits for the turn of a read that explains it, in milliseconds. */
const explainingMs = 10_000;

/** Of a read of our own. */
const ourOwn: SendingCall = { delivery: nobody, oneOfMany: false, endedAt: 0 };

/** Something that changes while others look at it. */
type Changing<Thing> = { -readonly [Key in keyof Thing]: Thing[Key] };

const keyAsConnection =
  'connection_id: what was given is a key, not the id of a connection, and was sent nowhere; manychat_list_connections shows the ids';

/** The part of the deadline in which the types of fields are read. */
const typesShare = 0.25;

/** Creates the gateway client. */
export function createGateway(parts: GatewayParts): Gateway {
  const { settings, http, log, redactor, now, clock: timing } = parts;
  const { access, policy } = settings;
  const direct = access.mode === 'direct';
  const requests = createRequests(parts);
  const sends = createSends(parts.guard, access.mode === 'none' ? '' : access.key);
  /** The link itself is for the caller, while the connection waits for it; every other text shows no part of it. */
  const isLink = (path: readonly string[]): boolean => path.join() === 'connection,url';
  const cleanResult = (text: string, path: readonly string[]): string =>
    cleanText(text, isLink(path) ? redactor.withoutKeys : redactor.withoutSecrets);
  const isSecret = (id: string): boolean => redactor.holdsKey(id) || id.search(manychatKeyIn) >= 0;
  const cleanFailure = (text: string): string => cleanLine(text, redactor.forFailure);
  const fieldTypes = createFieldTypes(timing.now);
  const chooser = createConnectionChooser(settings.connection, listActive, timing.now);

  /** Reads something on a budget of its own, since several calls may wait for it. */
  function aside(
    endpoint: Endpoint,
    input: Result,
    connectionId: string | undefined,
    deadlineMs: number,
  ): Promise<Result> {
    const { deadline: budget, close } = openDeadline(timing, deadlineMs, new AbortController().signal);
    return perform(endpoint, input, { budget, connectionId, sending: ourOwn, trace: {} }).finally(close);
  }

  /** Reads the active connections. */
  async function listActive(): Promise<readonly ActiveConnection[]> {
    const result = await aside(listConnections, { status: 'ACTIVE' }, undefined, settings.deadlineMs);
    return activeIn(result);
  }

  async function chosenConnection(
    declaration: Declaration,
    { connectionId, budget, trace }: Course,
  ): Promise<string | undefined> {
    if (access.mode !== 'maton' || declaration.api !== 'manychat') return undefined;
    const context: FailureContext = { declaration, direct };
    const { id, warning } = await withinDeadline(budget, chooser.choose(connectionId, context), context, timing);
    trace.connection = id;
    if (warning !== undefined) trace.warning = warning;
    return id;
  }

  /** The input with the values of fields in the form their types take; as it is where the types are not known. */
  async function adapted(
    endpoint: Endpoint,
    input: Result,
    connection: string | undefined,
    budget: Deadline,
  ): ReturnType<typeof adaptedTo> {
    if (access.mode === 'none') return { input, warnings: [] };
    const context = { declaration: endpoint, direct };
    const read = (list: Endpoint) => aside(list, {}, connection, settings.deadlineMs * typesShare);
    return adaptedTo(context, input, (kind, maxAgeMs) =>
      withinDeadline(budget, fieldTypes.of(kind, connection ?? '', read, maxAgeMs), context, timing),
    );
  }

  /** Claims a send for a call; undefined for what is no send, or is only shown. */
  async function hold(
    step: Pick<Step, 'endpoint' | 'input' | 'fields'>,
    connection: string | undefined,
    { sending, budget }: Course,
  ): Promise<Held | undefined> {
    if (step.endpoint.effect !== 'send' || policy.dryRun || policy.readOnly) return undefined;
    return sends.hold(step, connection, sending, budget.stop).catch((error: unknown) => {
      const context = { declaration: step.endpoint, direct };
      throw budget.stop.aborted ? stopError(budget, 'unsent', context, timing.now()) : error;
    });
  }

  /** Tells what remembers the account that an endpoint may have changed it. */
  async function changed(endpoint: Endpoint, input: Result, connection: string | undefined): Promise<void> {
    fieldTypes.forgetAfter(endpoint, connection ?? '');
    // What was done stays done, whether or not it could be noted.
    await sends.noteChange(endpoint, input, connection).catch((error: unknown) => {
      log.warn({ error: oneLine(errorMessage(error)) }, 'send guard');
    });
  }

  /** One endpoint's call; `claimed` where the send was claimed before. */
  async function perform(endpoint: Endpoint, given: Result, course: Course, claimed?: Held): Promise<Result> {
    const connectionId = await chosenConnection(endpoint, course);
    const { input, warnings: changes } = await adapted(endpoint, given, connectionId, course.budget);
    const { budget } = course;
    const next: CallEndpoint = (other, otherInput) =>
      perform(other, otherInput, { ...course, connectionId, trace: {} });
    /** A read that explains a refusal does not hold it back: it has its turn soon or not at all. */
    const soon: CallEndpoint = (other, otherInput) => {
      const latestStart = Math.min(budget.latestStart, timing.now() + explainingMs);
      return perform(other, otherInput, { ...course, budget: { ...budget, latestStart }, connectionId, trace: {} });
    };
    if (policy.dryRun && !effectRules[endpoint.effect].readOnly) {
      const shown = requests.shown(endpoint, input, connectionId);
      return changes.length === 0 ? shown : { ...shown, warnings: changes };
    }
    const held = claimed ?? (await hold({ endpoint, input: given }, connectionId, course));
    const make = (departure: Departure | undefined) =>
      requests.make(endpoint, input, connectionId, { ...course, departure });
    const performed = sendOnce(held, course.departure, make);
    const { data, warnings: more } = await performed.catch(async (thrown: unknown) => {
      // What has been sent fails as a CallError; anything else was thrown before.
      const error = asCallError(thrown, { declaration: endpoint, direct }, 'unsent');
      if (error.failure.performed !== 'no') await changed(endpoint, given, connectionId);
      throw await explained(error, endpoint, input, soon, course.plain === true ? undefined : now());
    });
    if (held?.state !== 'done') await changed(endpoint, given, connectionId);
    try {
      const result = endpoint.output.from(data, input);
      const whole = (await endpoint.followUp?.(result, next)) ?? result;
      const warnings = [...changes, ...more];
      return compact(warnings.length === 0 ? whole : { ...whole, warnings }, cleanResult);
    } catch (error) {
      throw asCallError(error, { declaration: endpoint, direct }, 'performed');
    }
  }

  /** Performs the steps of a workflow, all on the one connection. */
  async function performSteps(
    workflow: Workflow,
    input: Result,
    course: Course,
    progress: (done: number, total: number, message: string) => void,
  ): Promise<Result> {
    const connectionId = await chosenConnection(workflow, course);
    const { budget } = course;
    const whole: Course = { ...course, connectionId };
    return runWorkflow(workflow, input, {
      now,
      progress,
      timeLeft: () =>
        budget.stop.aborted ? 0 : (budget.latestStart - timing.now()) / (budget.latestStart - budget.arrived),
      hold: (step) => hold(step, connectionId, whole),
      async perform({ endpoint, input: given, oneOfMany }, held) {
        // Each step queues from when it comes in, so that a long job does not go before everybody else's calls.
        const own: Course = { ...whole, plain: oneOfMany, budget: { ...budget, arrived: timing.now() } };
        try {
          refuseExcluded(policy, { declaration: endpoint, direct }, given);
          return await perform(endpoint, given, own, held);
        } catch (thrown) {
          // A workflow may put the words of a failure into its result.
          throw told(asCallError(thrown, { declaration: endpoint, direct }, 'unsent'), course.connectionId);
        }
      },
    });
  }

  /** The failure as it is told: its hint fits how the connection was chosen, and its texts hold no secret. */
  function told({ failure, outcome }: CallError, connectionId: string | undefined): CallError {
    const details = failure.details?.map(cleanFailure);
    const hint = connectionHint(failure, settings.connection, connectionId) ?? failure.hint;
    return new CallError(
      { ...failure, message: cleanFailure(failure.message), hint, ...(details !== undefined && { details }) },
      outcome,
    );
  }

  return {
    async connectionOf(declaration, connectionId, signal) {
      const { deadline: budget, close } = openDeadline(timing, settings.deadlineMs, signal);
      try {
        return await chosenConnection(declaration, { budget, connectionId, sending: ourOwn, trace: {} });
      } catch (thrown) {
        throw told(asCallError(thrown, { declaration, direct }, 'unsent'), connectionId);
      } finally {
        close();
      }
    },
    async call(declaration, input, { signal, connectionId, onProgress, departure, delivery, trace, ...own }) {
      for (const id of [connectionId, input.connection_id]) {
        if (typeof id !== 'string' || !isSecret(id)) continue;
        throw callError('invalid_input', { declaration, direct }, { message: keyAsConnection, source: 'client' });
      }
      // A job that tells its own progress counts in other units than seconds.
      let tellsItself = false;
      const onWait = (seconds: number): void => {
        if (!tellsItself)
          onProgress?.({ progress: seconds, message: `Waiting for the rate limit, ${seconds} s so far` });
      };
      const ownProgress = (progress: number, total: number, message: string): void => {
        tellsItself = true;
        onProgress?.({ progress, total, message });
      };
      const deadlineMs = Math.min(settings.deadlineMs, own.deadlineMs ?? settings.deadlineMs);
      const { deadline: budget, close } = openDeadline(timing, deadlineMs, signal, onProgress && onWait);
      const oneOfMany = declaration.kind === 'workflow' && declaration.forMany === true;
      const sending: Changing<SendingCall> = { delivery, oneOfMany, endedAt: undefined };
      const course: Course = { budget, connectionId, departure, sending, trace };
      try {
        // Whatever else could be said of it: nothing was begun.
        if (signal.aborted) throw stopError(budget, 'unsent', { declaration, direct }, timing.now());
        return await (declaration.kind === 'workflow'
          ? performSteps(declaration, input, course, ownProgress)
          : perform(declaration, input, course));
      } catch (thrown) {
        const error = asCallError(thrown, { declaration, direct }, 'unsent');
        if (error.failure.kind === 'connection_not_found' || error.failure.kind === 'no_connection') chooser.forget();
        throw told(error, connectionId);
      } finally {
        sending.endedAt = timing.now();
        close();
        // Whoever looks at or changes connections expects the next call to know what was seen or done.
        if (declaration.api === 'connections') chooser.forget();
      }
    },
    close: () => http.close(),
  };
}
