import { context, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import type { Rejection } from '../../auth/rejection.ts';
import type { HandshakeTrace } from '../../sockets/handshake/authenticate-connect.ts';
import type { Tracing } from './tracing.ts';

/** A SERVER span from a client's question to the answer; what is asked of the auth service meanwhile is below it. */
export function startHandshakeSpan({ tracer, sampling, keepDrops }: Tracing, transport: string): HandshakeTrace {
  const startTime = performance.now();
  const start = () =>
    tracer.startSpan('handshake', { kind: SpanKind.SERVER, startTime, attributes: { 'gateway.transport': transport } });
  const span = sampling(undefined) ? start() : undefined;
  return {
    during: (work) => (span ? context.with(trace.setSpan(context.active(), span), work) : work()),
    accepted(authenticated) {
      const identity = authenticated ? 'user' : 'anonymous';
      span?.setAttributes({ 'gateway.outcome': 'accepted', 'gateway.identity': identity }).end();
    },
    rejected({ code, retry }: Rejection) {
      const told = span ?? (keepDrops ? start() : undefined);
      told?.setAttributes({ 'gateway.outcome': 'rejected', 'gateway.rejection': code });
      // A bad token is the client's affair; what may be tried again went wrong here.
      if (retry) told?.setAttribute('error.type', code).setStatus({ code: SpanStatusCode.ERROR });
      told?.end();
      return told?.spanContext().traceId;
    },
  };
}
