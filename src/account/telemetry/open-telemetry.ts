import {
  type Attributes,
  context,
  isSpanContextValid,
  type Meter,
  metrics,
  SpanKind,
  SpanStatusCode,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import { version } from '../../config/version.js';
import { StoreAway } from '../../store/shared-store.js';
import { TooLate } from '../../upstream/pacing/pacer.js';
import { type Instrument, instruments, names } from './instruments.js';
import { parentOf } from './parent.js';
import type { AccountMeasures, ClientRequest, FollowedCall, FollowedRequest, Telemetry } from './telemetry.js';

/** Where spans and measurements go, beside an SDK that is registered in this process. */
export interface OpenTelemetryParts {
  /** The one of the registered SDK by default. */
  readonly tracer?: Tracer | undefined;
  readonly meters: readonly Meter[];
  /** Milliseconds since any fixed point. */
  readonly now: () => number;
  /** Hands over what is still to be exported. */
  close(): Promise<void>;
}

type Record = (value: number, attributes: Attributes) => void;

function recorder(meters: readonly Meter[], { name, kind, unit, description, boundaries = [] }: Instrument): Record {
  const records = meters.map((meter): Record => {
    if (kind === 'counter') {
      const counter = meter.createCounter(name, { unit, description });
      return (value, attributes) => counter.add(value, attributes);
    }
    const advice = { explicitBucketBoundaries: [...boundaries] };
    const histogram = meter.createHistogram(name, { unit, description, advice });
    return (value, attributes) => histogram.record(value, attributes);
  });
  return (value, attributes) => {
    for (const record of records) record(value, attributes);
  };
}

/** What the span and the measurement of a request share. */
const attributesOf = ({ method, tool, prompt, network }: ClientRequest): Attributes => ({
  [names.method]: method,
  ...(tool !== undefined && { [names.tool]: tool }),
  ...(method === 'tools/call' && { [names.operation]: 'execute_tool' }),
  ...(prompt !== undefined && { [names.prompt]: prompt }),
  [names.transport]: network,
  ...(network === 'tcp' && { [names.protocol]: 'http' }),
});

/** Observes with OpenTelemetry, under the names of its conventions for MCP. */
export function createOpenTelemetry({ now, close, ...parts }: OpenTelemetryParts): Telemetry {
  const tracer = parts.tracer ?? trace.getTracer('manychat-mcp', version);
  const meters = [metrics.getMeter('manychat-mcp', version), ...parts.meters];
  const operation = recorder(meters, instruments.operation);
  const wait = recorder(meters, instruments.wait);
  const requests = recorder(meters, instruments.requests);
  const requestTime = recorder(meters, instruments.requestTime);
  const sends = recorder(meters, instruments.sends);
  const stored = recorder(meters, instruments.store);
  const secondsSince = (start: number): number => (now() - start) / 1_000;

  function follow(request: ClientRequest): FollowedRequest {
    const { method, tool, prompt, id, resource } = request;
    const startedAt = now();
    const attributes = attributesOf(request);
    const { context: parent, links } = parentOf(request);
    const target = tool ?? prompt;
    const span = tracer.startSpan(
      target === undefined ? method : `${method} ${target}`,
      {
        kind: SpanKind.SERVER,
        links,
        attributes: {
          ...attributes,
          ...(id !== undefined && { [names.requestId]: id }),
          ...(resource !== undefined && { [names.resource]: resource }),
        },
      },
      parent,
    );
    const spanContext = span.spanContext();
    let call: FollowedCall | undefined;
    let ended = false;
    return {
      traceId: isSpanContextValid(spanContext) ? spanContext.traceId : undefined,
      run: (work) => context.with(trace.setSpan(parent, span), work),
      called(made) {
        call = made;
        span.setAttributes({ [names.callId]: made.id, [names.account]: made.account });
      },
      end({ revision, error, code }) {
        if (ended) return;
        ended = true;
        const result = {
          ...(revision !== undefined && { [names.revision]: revision }),
          ...(error !== undefined && { [names.error]: error }),
          ...(code !== undefined && { [names.responseCode]: code }),
          ...(error !== undefined && call?.failure !== undefined && { [names.failure]: call.failure }),
        };
        span.setAttributes(result);
        if (error !== undefined) span.setStatus({ code: SpanStatusCode.ERROR });
        span.end();
        operation(secondsSince(startedAt), { ...attributes, ...result });
      },
    };
  }

  const measuresOf = (account: string): AccountMeasures => ({
    paced: (pacer) => ({
      close: () => pacer.close(),
      async turn(load, options, signal) {
        const startedAt = now();
        let outcome = 'turn';
        try {
          return await pacer.turn(load, options, signal);
        } catch (error) {
          outcome = error instanceof TooLate ? 'too_late' : 'stopped';
          throw error;
        } finally {
          wait(secondsSince(startedAt), { [names.account]: account, [names.outcome]: outcome });
        }
      },
    }),
    requested({ method, path, seconds, status }) {
      const failed = status === undefined ? 'no_response' : status >= 400 ? String(status) : undefined;
      const about = { [names.account]: account, ...(failed !== undefined && { [names.error]: failed }) };
      requestTime(seconds, about);
      requests(1, {
        ...about,
        [names.httpMethod]: method,
        [names.path]: path,
        ...(status !== undefined && { [names.httpStatus]: status }),
      });
    },
    guarded: (outcome) => sends(1, { [names.account]: account, [names.outcome]: outcome }),
  });

  return {
    follow,
    account: measuresOf,
    measured: (store, engine) => ({
      watch: (document, changed) => store.watch(document, changed),
      close: () => store.close(),
      async transact(documents, change, signal) {
        const startedAt = now();
        let error: string | undefined;
        try {
          return await store.transact(documents, change, signal);
        } catch (thrown) {
          error = thrown instanceof StoreAway ? 'away' : signal?.aborted === true ? 'stopped' : '_OTHER';
          throw thrown;
        } finally {
          stored(secondsSince(startedAt), {
            [names.store]: engine,
            ...(error !== undefined && { [names.error]: error }),
          });
        }
      },
    }),
    close,
  };
}
