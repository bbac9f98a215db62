import { Counter, Registry, type Metric, type OpenMetricsContentType } from 'prom-client';
import { createPageSharing, type MetricsPage } from './shared-page.ts';

/** The metrics in the two formats that Prometheus reads. */
export interface Exposition {
  prometheus(): Promise<MetricsPage>;
  /** With exemplars. */
  openMetrics(): Promise<MetricsPage>;
}

/** @param sharedFor milliseconds for which all scrapes share one text. */
export function createExposition(registry: Registry, sharedFor?: number): Exposition {
  const share = createPageSharing(sharedFor);
  return {
    prometheus: share(() => pageOf(registry)),
    openMetrics: share(() => pageOf(viewOf(registry))),
  };
}

async function pageOf(registry: Registry | Registry<OpenMetricsContentType>): Promise<MetricsPage> {
  return { contentType: registry.contentType, text: await registry.metrics() };
}

/**
 * Returns a view of the registry in which counters have their OpenMetrics names. prom-client renames the counters
 * themselves, and the Prometheus format would lack `_total` from then on.
 */
function viewOf(registry: Registry): Registry<OpenMetricsContentType> {
  const view = new Registry<OpenMetricsContentType>();
  view.setContentType(Registry.OPENMETRICS_CONTENT_TYPE);
  for (const { name } of registry.getMetricsAsArray()) {
    const metric = registry.getSingleMetric(name);
    if (metric) view.registerMetric(metric instanceof Counter ? renamed(metric, name.replace(/_total$/, '')) : metric);
  }
  return view;
}

function renamed(metric: Metric, name: string): Metric {
  const view: Metric = Object.create(metric, { name: { value: name, writable: true } });
  return view;
}
