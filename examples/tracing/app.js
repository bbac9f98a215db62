import { ROOT_CONTEXT, SpanKind, trace } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { io } from 'socket.io-client';

const { gateway, token, otlp } = Object.fromEntries(new URLSearchParams(location.search));

const exporter = new OTLPTraceExporter({ url: `${otlp}/v1/traces` });
const provider = new TracerProvider({
  resource: resourceFromAttributes({ 'service.name': 'page' }),
  spanProcessors: [new BatchSpanProcessor({ exporter, scheduledDelayMillis: 500 })],
});
const tracer = provider.getTracer('page');

/** Below the gateway's span; of a message that is not sampled there is no meta, and no span. */
function withinTrace(name, meta, work) {
  if (meta?.traceparent === undefined) return work();
  const [, traceId, spanId] = meta.traceparent.split('-');
  const parent = trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId, traceFlags: 1, isRemote: true });
  const span = tracer.startSpan(`receive ${name}`, { kind: SpanKind.CONSUMER }, parent);
  work();
  span.end();
}

const socket = io(gateway, { auth: (give) => give({ token, trace: true }), transports: ['websocket'] });
socket.on('connected', () => (document.getElementById('state').textContent = 'Connected.'));
socket.onAny((name, payload, meta) => {
  if (name === 'connected') return;
  withinTrace(name, meta, () => {
    const item = document.createElement('li');
    item.textContent = `${name} ${JSON.stringify(payload)}`;
    document.getElementById('events').append(item);
  });
});
