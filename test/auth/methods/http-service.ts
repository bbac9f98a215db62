import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import { onTestFinished } from 'vitest';

export interface SeenRequest {
  readonly method: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** What a request is answered with; `hang`: never. */
export type HttpAnswer =
  { readonly status: number; readonly body?: string; readonly headers?: Readonly<Record<string, string>> } | 'hang';

export interface HttpService {
  readonly url: URL;
  readonly seen: SeenRequest[];
  stop(): Promise<void>;
}

/** An HTTP endpoint that knows tokens. */
export async function startHttpService(answer: (request: SeenRequest) => HttpAnswer, port = 0): Promise<HttpService> {
  const seen: SeenRequest[] = [];
  const server = createServer();
  server.on('request', (request, response) => void serve(request, response));
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const one = { method: request.method, headers: request.headers, body: await bodyOf(request) };
    // Requests of the probe have no token.
    if (one.headers.authorization !== undefined || one.body !== '') seen.push(one);
    const reply = answer(one);
    if (reply !== 'hang') response.writeHead(reply.status, reply.headers).end(reply.body);
  };
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const address = server.address();
  const stop = async (): Promise<void> => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  onTestFinished(stop);
  return { url: new URL(`http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/user`), seen, stop };
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) if (Buffer.isBuffer(chunk)) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}
