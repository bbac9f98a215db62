import { context, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import type { Rejection } from '../../auth/rejection.ts';
import type { HandshakeTrace } from '../../sockets/handshake/authenticate-connect.ts';
import type { Tracing } from './tracing.ts';

/** Starts a SERVER span from a client's CONNECT to the answer; the call to the auth service is its child. */
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
      const recorded = span ?? (keepDrops ? start() : undefined);
      recorded?.setAttributes({ 'gateway.outcome': 'rejected', 'gateway.rejection': code });
      // A bad token is the client's error; a rejection that allows a retry has its cause in the gateway.
      if (retry) recorded?.setAttribute('error.type', code).setStatus({ code: SpanStatusCode.ERROR });
      recorded?.end();
      return recorded?.spanContext().traceId;
    },
  };
}
