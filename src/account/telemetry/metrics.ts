import type { Meter } from '@opentelemetry/api';
import { PrometheusSerializer } from '@opentelemetry/exporter-prometheus';
import { MeterProvider, MetricReader } from '@opentelemetry/sdk-metrics';
import { ownResource } from './resource.js';

/** Series of one measurement. More of them are counted as one. */
const maxSeries = 20_000;

/** Reads when it is asked to. */
class Reader extends MetricReader {
  protected override onForceFlush(): Promise<void> {
    return Promise.resolve();
  }
  protected override onShutdown(): Promise<void> {
    return Promise.resolve();
  }
}

/** Metrics that are kept in this process. */
export interface Metrics {
  readonly meter: Meter;
  /** All of them in the text format of Prometheus. */
  text(): Promise<string>;
}

/** Keeps metrics for Prometheus. */
export function openMetrics(): Metrics {
  const reader = new Reader({ cardinalitySelector: () => maxSeries });
  const provider = new MeterProvider({ resource: ownResource(), readers: [reader] });
  const serializer = new PrometheusSerializer(undefined, false, undefined, false, true);
  return {
    meter: provider.getMeter('manychat-mcp'),
    text: async () => serializer.serialize((await reader.collect()).resourceMetrics),
  };
}
