import { readFileSync } from 'node:fs';
import { Agent as HttpAgent, request as httpRequest, type ClientRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';

export interface HttpRequest {
  readonly method: 'GET' | 'POST';
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** A whole response, or why there is none; `cause` is a code of Node or a short sentence, never a part of the response. */
export type HttpOutcome =
  | { readonly kind: 'response'; readonly status: number; readonly location: string | undefined; readonly body: string }
  | { readonly kind: 'failed'; readonly cause: string };

/** Sends requests to one address, over connections that are kept. Redirects are not followed: a token would go along. */
export interface HttpClient {
  /** Always resolves, within the deadline. */
  send(request: HttpRequest): Promise<HttpOutcome>;
  close(): void;
}

export interface HttpClientOptions {
  readonly url: URL;
  /** PEM file of the authority; undefined: the system's authorities. */
  readonly caFile: string | undefined;
  /** Milliseconds from the request to the end of the response. */
  readonly deadline: number;
  /** Longest response, in bytes. */
  readonly maxBytes: number;
}

/** Connects directly: `http_proxy` is set for other programs, and would see every token. */
export function createHttpClient({ url, caFile, deadline, maxBytes }: HttpClientOptions): HttpClient {
  const isTls = url.protocol === 'https:';
  const keep = { keepAlive: true, maxSockets: 64 };
  const agent = isTls
    ? new HttpsAgent({ ...keep, ...(caFile !== undefined && { ca: readFileSync(caFile) }) })
    : new HttpAgent(keep);
  async function attempt({ method, headers, body }: HttpRequest, signal: AbortSignal): Promise<Attempt> {
    const outgoing = (isTls ? httpsRequest : httpRequest)(url, { method, headers, agent, signal });
    try {
      outgoing.end(body);
      const response = await responseTo(outgoing);
      const text = await readBody(response, maxBytes);
      if (text !== undefined) return responseOf(response, text);
      outgoing.destroy();
      return { kind: 'failed', cause: `the response is longer than ${maxBytes} bytes` };
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      // The server may close an idle connection at the moment in which it is used again.
      return { kind: 'failed', cause: signal.aborted ? DEADLINE : codeOf(error), isStale: outgoing.reusedSocket };
    }
  }

  return {
    async send(request) {
      const signal = AbortSignal.timeout(deadline);
      const first = await attempt(request, signal);
      return first.kind === 'failed' && first.isStale && !signal.aborted ? attempt(request, signal) : first;
    },
    close: () => agent.destroy(),
  };
}

type Attempt = HttpOutcome & { readonly isStale?: boolean };

function responseOf({ statusCode, headers }: IncomingMessage, body: string): Attempt {
  return { kind: 'response', status: statusCode ?? 0, location: headers.location, body };
}

const DEADLINE = 'DEADLINE_EXCEEDED';

function responseTo(outgoing: ClientRequest): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    outgoing.on('response', resolve);
    // Remains for errors after the response: they end the reading of the body, too.
    outgoing.on('error', reject);
  });
}

/** Undefined where the body is too long. */
async function readBody(response: IncomingMessage, maxBytes: number): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response) {
    if (!Buffer.isBuffer(chunk)) return undefined;
    bytes += chunk.length;
    if (bytes > maxBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function codeOf(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : 'the request failed';
}
