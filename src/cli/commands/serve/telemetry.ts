import { noTelemetry, type Telemetry } from '../../../account/telemetry/telemetry.js';
import type { Surroundings } from '../../../config/accounts/choice.js';
import { realClock } from '../../../upstream/clock.js';

/** What observes a server. */
export interface Observation {
  readonly telemetry: Telemetry;
  /** The metrics in the text format of Prometheus, if they are kept in this process. */
  readonly metrics?: () => Promise<string>;
}

/** How a server is to be observed. */
export interface ObservationParts extends Pick<Surroundings, 'environment'> {
  /** Present for a server of a team: it keeps metrics if asked to, and exports spans to where the variables of OpenTelemetry say. */
  readonly own?: { readonly keepsMetrics: boolean; readonly onProblem: () => void } | undefined;
}

/** Whether an SDK of OpenTelemetry was registered in this process, for example with `--import`. */
const isRegistered = (): boolean => Symbol.for('opentelemetry.js.api.1') in globalThis;

/** Whether the variables of OpenTelemetry ask for spans. */
const asksForSpans = (environment: Surroundings['environment']): boolean =>
  environment.OTEL_SDK_DISABLED?.toLowerCase() !== 'true' &&
  environment.OTEL_TRACES_EXPORTER !== 'none' &&
  [environment.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT, environment.OTEL_EXPORTER_OTLP_ENDPOINT].some(Boolean);

/** Opens what observes a server. Without a reason to, no code of OpenTelemetry is loaded. */
export async function openObservation({ environment, own }: ObservationParts): Promise<Observation> {
  const registered = isRegistered();
  const exporting = own !== undefined && !registered && asksForSpans(environment) ? own : undefined;
  const keepsMetrics = own?.keepsMetrics === true;
  if (!registered && exporting === undefined && !keepsMetrics) return { telemetry: noTelemetry };
  const { createOpenTelemetry } = await import('../../../account/telemetry/open-telemetry.js');
  const metrics = keepsMetrics ? (await import('../../../account/telemetry/metrics.js')).openMetrics() : undefined;
  const spans =
    exporting && (await import('../../../account/telemetry/trace-export.js')).openTraceExport(exporting.onProblem);
  const telemetry = createOpenTelemetry({
    tracer: spans?.tracer,
    meters: metrics === undefined ? [] : [metrics.meter],
    now: realClock.now,
    close: async () => spans?.close(),
  });
  return { telemetry, ...(metrics !== undefined && { metrics: metrics.text }) };
}
