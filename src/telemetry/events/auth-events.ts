import { context, SpanKind, SpanStatusCode, trace, type Span, type Tracer } from '@opentelemetry/api';
import type { AuthEvents, AuthOutcome, AuthTrace, CallTrace } from '../../auth/auth-trace.ts';
import type { TokenAnswer } from '../../auth/token-answer.ts';
import type { ServiceFailure } from '../../auth/service-failure.ts';
import type { ServiceProbeEvents } from '../../auth/service-probe.ts';
import { createFailureReport, createKeyReport, type Server } from './auth-failures.ts';
import type { KeyEvents } from '../../auth/methods/jwt/key-source.ts';
import type { RevokedTokensEvents } from '../../auth/methods/jwt/revoked-tokens.ts';
import type { Logger } from '../logging/logger.ts';
import type { Metrics } from '../metrics/metrics.ts';
import { traceparentOf } from '../tracing/traceparent.ts';
import type { Tracing } from '../tracing/tracing.ts';

const METHOD = 'auth.AuthService/ValidateToken';

/** Records an authentication as a span with the call of the auth service as its child, and counts the answer and duration of the call. */
export function createAuthEvents(
  metrics: Metrics,
  logger: Logger,
  { tracer, sampling }: Tracing,
  server: Server,
): AuthEvents & ServiceProbeEvents & KeyEvents & RevokedTokensEvents {
  /** Spans of calls whose answer other authentications may share. */
  const calls = new WeakMap<AuthTrace, Span>();
  const report = createFailureReport(logger, server);
  return {
    ...report,
    ...createKeyReport(logger),
    started(what): AuthTrace {
      // The handshake has sampled already. A revalidation has no handshake.
      const isRecorded = what === 'authenticate' ? trace.getActiveSpan() !== undefined : sampling(undefined);
      const span = isRecorded ? tracer.startSpan(what) : undefined;
      const own: AuthTrace = {
        answeredBy(source, asker) {
          metrics.authAnswers.inc({ source });
          span?.setAttribute('gateway.auth.source', source);
          // Several authentications wait for one call, and a span has one parent: the others link to it.
          const call = asker && calls.get(asker);
          if (call) span?.addLink({ context: call.spanContext() });
        },
        answered(method, answer, skippedClaims) {
          for (const claim of skippedClaims) metrics.authClaimsSkipped.inc({ claim });
          metrics.authMethodAnswers.inc({ method, answer });
          span?.setAttribute('gateway.auth.method', method);
        },
        callStarted(method) {
          const call = startCallSpan(tracer, span, server, method);
          if (call) calls.set(own, call);
          return traceCall(metrics, call, report.failed);
        },
        ended: (outcome) => endAuthentication(span, outcome),
      };
      return own;
    },
  };
}

function startCallSpan(
  tracer: Tracer,
  parent: Span | undefined,
  server: Server,
  method: 'grpc' | 'http',
): Span | undefined {
  const name = method === 'grpc' ? METHOD : 'HTTP';
  const attributes = {
    ...(method === 'grpc' && { 'rpc.system.name': 'grpc', 'rpc.method': METHOD }),
    'server.address': server.address,
    'server.port': server.port,
  };
  return (
    parent && tracer.startSpan(name, { kind: SpanKind.CLIENT, attributes }, trace.setSpan(context.active(), parent))
  );
}

function traceCall(metrics: Metrics, span: Span | undefined, failed: (failure: ServiceFailure) => void): CallTrace {
  const startedAt = performance.now();
  return {
    headers: span ? { traceparent: traceparentOf(span) } : {},
    ended(answer: TokenAnswer, status: string, words?: string) {
      metrics.authCalls.inc({ answer: answer.kind });
      metrics.authDuration.observe((performance.now() - startedAt) / 1000, span?.spanContext().traceId);
      span?.setAttribute('rpc.response.status_code', status);
      if (answer.kind === 'unavailable') {
        metrics.authFailures.inc({ status });
        failed({ status, ...(words !== undefined && { words }) });
        fail(span, status);
      }
      span?.end();
    },
  };
}

function endAuthentication(span: Span | undefined, outcome: AuthOutcome): void {
  if (span === undefined) return;
  span.setAttribute('gateway.outcome', outcome.kind);
  if (outcome.kind === 'rejected') {
    span.setAttribute('gateway.rejection', outcome.rejection.code);
    if (outcome.rejection.retry) fail(span, outcome.rejection.code);
  }
  span.end();
}

function fail(span: Span | undefined, type: string): void {
  span?.setAttribute('error.type', type);
  span?.setStatus({ code: SpanStatusCode.ERROR });
}
