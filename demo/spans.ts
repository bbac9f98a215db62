import { randomBytes } from 'node:crypto';

// A small version of OpenTelemetry's SDKs for services and pages: the demo is three services in one process, and an SDK is one.

/** The trace context in the form of W3C: `00-<trace>-<span>-01`. */
export interface SpanStart {
  readonly traceparent: string;
  /** Sends the span, without waiting for the viewer. */
  end(): void;
}

export type StartSpan = (service: string, name: string, kind: keyof typeof KINDS, parent?: string) => SpanStart;

const KINDS = { producer: 4, consumer: 5 };

/** Spans go to an OTLP endpoint, or nowhere if there is none. */
export function createSpans(endpoint: string | undefined): StartSpan {
  return (service, name, kind, parent) => {
    const [, parentTrace, parentSpanId] = parent?.split('-') ?? [];
    const traceId = parentTrace ?? randomBytes(16).toString('hex');
    const spanId = randomBytes(8).toString('hex');
    const startTimeUnixNano = nanoseconds();
    const span = { traceId, spanId, name, kind: KINDS[kind], startTimeUnixNano, ...(parentSpanId && { parentSpanId }) };
    return {
      traceparent: `00-${traceId}-${spanId}-01`,
      end() {
        if (endpoint) void send(endpoint, service, { ...span, endTimeUnixNano: nanoseconds() });
      },
    };
  };
}

function nanoseconds(): string {
  return `${Math.round((performance.timeOrigin + performance.now()) * 1000)}000`;
}

async function send(endpoint: string, service: string, span: object): Promise<void> {
  const attributes = [{ key: 'service.name', value: { stringValue: service } }];
  const scopeSpans = [{ scope: { name: 'demo' }, spans: [span] }];
  try {
    await fetch(new URL('v1/traces', endpoint.endsWith('/') ? endpoint : `${endpoint}/`), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ resourceSpans: [{ resource: { attributes }, scopeSpans }] }),
    });
  } catch {
    // No viewer, or not yet: the gateway's own exporter reports it.
  }
}
