import { diag, DiagLogLevel, trace, type Tracer } from '@opentelemetry/api';
import { NodeSDK } from '@opentelemetry/sdk-node';
import { defaultResource, envDetector, hostDetector, resourceFromAttributes } from '@opentelemetry/resources';
import { AlwaysOnSampler } from '@opentelemetry/sdk-trace';
import type { ExportEvents } from './export-events.ts';
import { readOtlpSettings } from './otlp-settings.ts';
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

const NO_EVENTS: ExportEvents = { failed() {}, warned() {}, misconfigured() {} };

/** Spans go out over OTLP as the standard `OTEL_*` variables say; without an endpoint nothing is started. */
export function startTracing(
  environment: Variables,
  version: string,
  keepDrops: boolean,
  events: ExportEvents = NO_EVENTS,
): Tracing {
  const { isWanted, collector = '', problems } = readOtlpSettings(environment);
  for (const problem of problems) events.misconfigured(problem);
  const sdk = isWanted ? createSdk(version) : undefined;
  if (sdk) takeDiagnostics(events, collector);
  sdk?.start();
  let stopped: Promise<void> | undefined;
  return {
    tracer: trace.getTracer('websocket-gateway', version),
    sampling: sdk
      ? createSampling(environment['OTEL_TRACES_SAMPLER'], environment['OTEL_TRACES_SAMPLER_ARG'])
      : () => false,
    keepDrops: keepDrops && sdk !== undefined,
    // What could not be sent was reported by then: a collector that is away makes no stop fail.
    stop: () => (stopped ??= sdk?.shutdown().catch(() => undefined) ?? Promise.resolve()),
  };
}

/** The SDK reports each batch that it could not send as an error, in JSON, and nothing else in that form. */
function takeDiagnostics(events: ExportEvents, collector: string): void {
  const error = (text: string): void => {
    const cause = causeIn(text);
    if (cause === undefined) events.warned(text);
    else events.failed(cause, collector);
  };
  const ignore = (): void => undefined;
  const logger = { error, warn: events.warned, info: ignore, debug: ignore, verbose: ignore };
  diag.setLogger(logger, { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true });
}

const LONGEST_CAUSE = 300;

/** Code and message of an error; not its `data`, which is whatever the collector answered. */
function causeIn(text: string): string | undefined {
  if (!text.startsWith('{')) return undefined;
  try {
    const { code, message }: { code?: unknown; message?: unknown } = JSON.parse(text);
    const words = [code, message].filter((one) => typeof one === 'string' && one !== '');
    return words.join(': ').replace(/\s+/g, ' ').slice(0, LONGEST_CAUSE);
  } catch {
    return undefined;
  }
}

function createSdk(version: string): NodeSDK {
  // With it the SDK writes plain lines among the JSON of the log; LOG_LEVEL is the one level.
  delete process.env['OTEL_LOG_LEVEL'];
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
