import { DiagLogLevel, diag, type Tracer } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { version } from '../../config/version.js';
import { realClock, timeout } from '../../upstream/clock.js';
import { ownResource } from './resource.js';

/** How long the process waits at its end for spans to be exported, in milliseconds. */
const closeMs = 2_000;

/** Spans that are exported. */
export interface TraceExport {
  readonly tracer: Tracer;
  /** Exports what is left. */
  close(): Promise<void>;
}

/**
 * Exports spans with OTLP over HTTP, to where the variables `OTEL_EXPORTER_OTLP_…` say.
 * @param onProblem called when spans were lost. It is not told why: the text can hold an address or a header.
 */
export function openTraceExport(onProblem: () => void): TraceExport {
  const ignore = (): void => undefined;
  const logger = { error: onProblem, warn: onProblem, info: ignore, debug: ignore, verbose: ignore };
  diag.setLogger(logger, { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true });
  const provider = new TracerProvider({
    resource: ownResource(),
    spanProcessors: [new BatchSpanProcessor({ exporter: new OTLPTraceExporter() })],
  });
  return {
    tracer: provider.getTracer('manychat-mcp', version),
    async close() {
      const waited = timeout(realClock, closeMs);
      const late = new Promise<void>((resolve) => {
        waited.signal.addEventListener('abort', () => resolve(onProblem()), { once: true });
      });
      await Promise.race([provider.shutdown().catch(onProblem), late]);
      waited.cancel();
    },
  };
}
