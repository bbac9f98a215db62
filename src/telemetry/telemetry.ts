import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { createAdminRefused } from './events/admin-events.ts';
import { createAuthEvents } from './events/auth-events.ts';
import { createConnectionEvents } from './events/connection-events.ts';
import { createDurableEvents } from './events/durable-events.ts';
import { createExportEvents } from './tracing/export-events.ts';
import { createExposition } from './metrics/exposition.ts';
import { createForwardedUnread } from './events/forwarded-unread.ts';
import { createFanoutEvents } from './events/fanout-events.ts';
import { createLogOutput } from './logging/log-output.ts';
import { createLogger, type Logger, type LoggerOptions } from './logging/logger.ts';
import { createMessageCounts } from './metrics/message-counts.ts';
import { createMessageEvents } from './events/message-events.ts';
import { createMetrics } from './metrics/metrics.ts';
import { createQuarantineEvents } from './events/quarantine-events.ts';
import { createReloadEvents } from './events/reload-events.ts';
import { createSubscriptionEvents } from './events/subscription-events.ts';
import { createStallWatch } from './events/event-loop-stalls.ts';
import { startTracing } from './tracing/tracing.ts';
import { createUncaught } from './events/uncaught.ts';

export interface TelemetryOptions extends LoggerOptions {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Whether drops and rejections are traced although sampling left their trace out. */
  readonly keepDrops: boolean;
  /** host:port that spans name as the server. */
  readonly authServiceAddr: string;
  /** Milliseconds for which all scrapes share one text of metrics; 1000 by default, tests set 0. */
  readonly metricsSharedFor?: number | undefined;
}

export type Telemetry = ReturnType<typeof startTelemetry>;

/** Starts metrics, log and tracing. The gateway's parts report named events; each becomes a span, a metric and a log line. */
export function startTelemetry(options: TelemetryOptions) {
  const metrics = createMetrics();
  const output = createLogOutput(process.stdout, {
    dropped: () => metrics.logLinesDropped.inc(),
    writtenAgain: (lines, reason) => logger.warn({ lines, reason }, 'log lines were dropped'),
  });
  const logger: Logger = createLogger(options, output);
  const counts = createMessageCounts(metrics);
  const tracing = startTracing(options.environment, version, options.keepDrops, createExportEvents(metrics, logger));
  let flushed: Promise<unknown> | undefined;
  const separator = options.authServiceAddr.lastIndexOf(':');
  const authServer = {
    address: options.authServiceAddr.slice(0, separator),
    port: Number(options.authServiceAddr.slice(separator + 1)),
  };
  return {
    logger,
    version,
    messages: createMessageEvents(metrics, logger, tracing),
    counts,
    connections: createConnectionEvents(metrics, logger, tracing),
    fanout: createFanoutEvents(metrics, logger),
    durable: createDurableEvents(metrics, logger),
    quarantine: createQuarantineEvents(metrics, logger),
    auth: createAuthEvents(metrics, logger, tracing, authServer),
    source: createSubscriptionEvents(metrics, logger),
    exposition: createExposition(metrics.registry, options.metricsSharedFor),
    read: metrics.read,
    requestFailed: (error: unknown) => logger.error({ err: error }, 'HTTP request failed'),
    adminRefused: createAdminRefused(logger),
    forwardedUnread: createForwardedUnread(logger),
    stageFailed: (stage: string, error: unknown) => logger.error({ err: error, stage }, 'shutdown stage failed'),
    reload: createReloadEvents(metrics, logger),
    uncaught: createUncaught(metrics, logger),
    stalls: createStallWatch(metrics, logger),
    async flush() {
      // Spans are flushed once; log lines are written until the end.
      flushed ??= Promise.race([tracing.stop(), pause(FLUSH_MS)]);
      await flushed;
      await Promise.race([output.flush(), pause(FLUSH_MS)]);
    },
  };
}

/** How long a stop waits for spans, and then for log lines: a collector or a log reader may hang. */
const FLUSH_MS = 2000;

const version = readVersion();

function readVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  const manifest: unknown = JSON.parse(text);
  return typeof manifest === 'object' && manifest !== null && 'version' in manifest
    ? String(manifest.version)
    : '0.0.0';
}
