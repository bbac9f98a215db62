import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import { Server, ServerCredentials } from '@grpc/grpc-js';
import { onTestFinished } from 'vitest';
import { holdNoSecrets } from './secrets.ts';

export interface Span {
  readonly name: string;
  readonly kind: number;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly events: readonly { name: string; attributes: Readonly<Record<string, unknown>> }[];
  readonly links: readonly { traceId: string; spanId: string }[];
  readonly status: { readonly code?: number };
}

export interface OtlpReceiver {
  readonly url: string;
  /** Resolves with the first span, received or yet to come, of that name. */
  span(name: string): Promise<Span>;
  readonly spans: readonly Span[];
  /** Everything received, as text. */
  raw(): string;
  /** Resolves with the content type of the first export. */
  readonly exported: Promise<string>;
}

/** Takes OTLP over HTTP, and understands its JSON form. */
export async function startOtlpReceiver(): Promise<OtlpReceiver> {
  const spans: Span[] = [];
  const waiting = new Map<string, (span: Span) => void>();
  let raw = '';
  let tellExport: (type: string) => void = () => undefined;
  const exported = new Promise<string>((resolve) => (tellExport = resolve));
  const receive = (text: string, type: string): void => {
    raw += text;
    tellExport(type);
    if (!type.includes('json')) return;
    for (const span of spansIn(JSON.parse(text))) {
      spans.push(span);
      waiting.get(span.name)?.(span);
    }
  };
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    // Pages ask first whether they may.
    response.setHeader('access-control-allow-origin', '*').setHeader('access-control-allow-headers', '*');
    if (request.method === 'OPTIONS') return void response.writeHead(204).end();
    const type = request.headers['content-type'] ?? '';
    receive(await readBody(request), type);
    response.setHeader('content-type', type).end();
  };
  const server = createServer((request, response) => {
    void answer(request, response);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    holdNoSecrets('a span', raw);
  });
  const address = server.address();
  return {
    url: `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`,
    spans,
    raw: () => raw,
    exported,
    span(name) {
      const known = spans.find((span) => span.name === name);
      return known ? Promise.resolve(known) : new Promise((resolve) => waiting.set(name, resolve));
    },
  };
}

/** Takes OTLP over gRPC; resolves `exported` with the raw bytes of the first export. */
export async function startOtlpGrpcReceiver(): Promise<{ url: string; exported: Promise<string> }> {
  let raw = '';
  let tell: (raw: string) => void = () => undefined;
  const exported = new Promise<string>((resolve) => (tell = resolve));
  const server = new Server();
  const bytes = (buffer: Buffer): Buffer => buffer;
  const Export = {
    path: '/opentelemetry.proto.collector.trace.v1.TraceService/Export',
    requestStream: false,
    responseStream: false,
    requestSerialize: bytes,
    requestDeserialize: bytes,
    responseSerialize: bytes,
    responseDeserialize: bytes,
  };
  server.addService(
    { Export },
    {
      Export(call: { request: Buffer }, answer: (error: null, reply: Buffer) => void) {
        const text = call.request.toString('latin1');
        raw += text;
        tell(text);
        answer(null, Buffer.alloc(0));
      },
    },
  );
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    );
  });
  onTestFinished(() => {
    server.forceShutdown();
    holdNoSecrets('a span', raw);
  });
  return { url: `http://127.0.0.1:${port}`, exported };
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) if (Buffer.isBuffer(chunk)) chunks.push(chunk);
  return Buffer.concat(chunks).toString('latin1');
}

function spansIn(body: unknown): Span[] {
  return list(body, 'resourceSpans').flatMap((resource) =>
    list(resource, 'scopeSpans').flatMap((scope) => list(scope, 'spans').map(toSpan)),
  );
}

function toSpan(raw: unknown): Span {
  return {
    name: text(raw, 'name'),
    kind: Number(member(raw, 'kind')),
    traceId: text(raw, 'traceId'),
    spanId: text(raw, 'spanId'),
    ...(member(raw, 'parentSpanId') !== undefined && { parentSpanId: text(raw, 'parentSpanId') }),
    attributes: attributesOf(raw),
    events: list(raw, 'events').map((event) => ({ name: text(event, 'name'), attributes: attributesOf(event) })),
    links: list(raw, 'links').map((link) => ({ traceId: text(link, 'traceId'), spanId: text(link, 'spanId') })),
    status: { code: Number(member(member(raw, 'status'), 'code') ?? 0) },
  };
}

/** OTLP wraps each value in its type: `{ intValue: 3 }` is 3. */
function attributesOf(raw: unknown): Record<string, unknown> {
  return Object.fromEntries(
    list(raw, 'attributes').map((pair) => [text(pair, 'key'), Object.values(Object(member(pair, 'value')))[0]]),
  );
}

function list(value: unknown, key: string): unknown[] {
  const found = member(value, key);
  return Array.isArray(found) ? found : [];
}

function text(value: unknown, key: string): string {
  return String(member(value, key));
}

function member(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
}
