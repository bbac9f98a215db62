import { trace, type Tracer } from '@opentelemetry/api';
import { NodeSDK } from '@opentelemetry/sdk-node';
import { defaultResource, envDetector, hostDetector, resourceFromAttributes } from '@opentelemetry/resources';
import { AlwaysOnSampler } from '@opentelemetry/sdk-trace';
import { createSampling, type Sampling } from './sampling.ts';

export interface Tracing {
  readonly tracer: Tracer;
  readonly sampling: Sampling;
  /** What went wrong is recorded also where it was not to be. */
  readonly keepDrops: boolean;
  /** Sends what waits; the first call counts. */
  stop(): Promise<void>;
}

type Variables = Readonly<Record<string, string | undefined>>;

/** Spans go out over OTLP as the standard `OTEL_*` variables say; without an endpoint nothing is started. */
export function startTracing(environment: Variables, version: string, keepDrops: boolean): Tracing {
  const sdk = isWanted(environment) ? createSdk(version) : undefined;
  sdk?.start();
  let stopped: Promise<void> | undefined;
  return {
    tracer: trace.getTracer('websocket-gateway', version),
    sampling: sdk
      ? createSampling(environment['OTEL_TRACES_SAMPLER'], environment['OTEL_TRACES_SAMPLER_ARG'])
      : () => false,
    keepDrops: keepDrops && sdk !== undefined,
    stop: () => (stopped ??= sdk?.shutdown() ?? Promise.resolve()),
  };
}

function isWanted(environment: Variables): boolean {
  const endpoint = environment['OTEL_EXPORTER_OTLP_ENDPOINT'] || environment['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'];
  return (
    Boolean(endpoint) &&
    environment['OTEL_SDK_DISABLED']?.toLowerCase() !== 'true' &&
    environment['OTEL_TRACES_EXPORTER'] !== 'none'
  );
}

function createSdk(version: string): NodeSDK {
  return new NodeSDK({
    resource: defaultResource().merge(
      resourceFromAttributes({ 'service.name': 'websocket-gateway', 'service.version': version }),
    ),
    // Not the process detector: it exports the command line, and whatever secret somebody put there.
    resourceDetectors: [envDetector, hostDetector],
    // Our own sampling has decided before a span is made.
    sampler: new AlwaysOnSampler(),
    // prom-client is the one instrument for metrics, pino for logs.
    metricReaders: [],
    logRecordProcessors: [],
  });
}
