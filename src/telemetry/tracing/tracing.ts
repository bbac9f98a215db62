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
  /** Whether drops and rejections are recorded although sampling left them out. */
  readonly keepDrops: boolean;
  /** Sends the queued spans and stops the exporter; further calls return the same promise. */
  stop(): Promise<void>;
}

type Variables = Readonly<Record<string, string | undefined>>;

const NO_EVENTS: ExportEvents = { failed() {}, warned() {}, misconfigured() {} };

/** Starts the export of spans by OTLP, configured by the standard `OTEL_*` variables; without an endpoint nothing starts. */
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
    // Failed exports are reported as they happen: an unreachable collector must not fail the stop.
    stop: () => (stopped ??= sdk?.shutdown().catch(() => undefined) ?? Promise.resolve()),
  };
}

/** Turns the SDK's diagnostics into events. Only a failed batch is reported as an error in JSON. */
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

/** Returns code and message of an error, without its `data`, which holds the collector's answer. */
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
  // With OTEL_LOG_LEVEL the SDK writes plain lines between the JSON lines of the log; LOG_LEVEL sets the level.
  delete process.env['OTEL_LOG_LEVEL'];
  return new NodeSDK({
    resource: defaultResource().merge(
      resourceFromAttributes({ 'service.name': 'websocket-gateway', 'service.version': version }),
    ),
    // The process detector is left out: it exports the command line, which may hold a secret.
    resourceDetectors: [envDetector, hostDetector],
    // `Sampling` decides before a span is created.
    sampler: new AlwaysOnSampler(),
    // prom-client serves metrics, and pino writes logs.
    metricReaders: [],
    logRecordProcessors: [],
  });
}
