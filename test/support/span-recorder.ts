/* Preloaded with `--import`, as a user registers an SDK of OpenTelemetry: every span becomes a line on stderr. */
import { trace } from '@opentelemetry/api';
import { type ReadableSpan, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';

/** A span as the recorder writes it. */
export interface RecordedSpan {
  readonly name: string;
  readonly kind: number;
  readonly traceId: string;
  readonly parent: string | undefined;
  readonly links: readonly string[];
  readonly status: number;
  readonly attributes: Readonly<Record<string, unknown>>;
}

const recorded = (span: ReadableSpan): RecordedSpan => ({
  name: span.name,
  kind: span.kind,
  traceId: span.spanContext().traceId,
  parent: span.parentSpanContext?.spanId,
  links: span.links.map(({ context }) => context.spanId),
  status: span.status.code,
  attributes: span.attributes,
});

const exporter = {
  export(spans: readonly ReadableSpan[], done: (result: { code: number }) => void): void {
    for (const span of spans) process.stderr.write(`${JSON.stringify({ span: recorded(span) })}\n`);
    done({ code: 0 });
  },
  shutdown: async () => undefined,
};

trace.setGlobalTracerProvider(new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] }));
