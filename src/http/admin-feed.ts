import type { Request, Response } from 'express';

interface Reader {
  isReady(): boolean;
  write(line: string): void;
  end(): void;
}

/** @returns a function that removes the reader, or why it is refused. */
export type OpenFeed = (reader: Reader, payloads: boolean) => (() => void) | 'full' | 'closed';

/** TCP keep-alive finds a reader that vanished without closing; it would occupy the feed forever. */
const KEEP_ALIVE_MS = 15_000;

/** Sends a JSON line per message until the reader closes or the gateway stops. */
export function streamFeed(open: OpenFeed, request: Request, response: Response): void {
  const problem = queryProblem(request);
  if (problem !== undefined) return void response.status(400).json({ error: problem });
  if (request.method === 'HEAD') return void response.type(NDJSON).end();
  const close = open(readerAt(response), request.query['payloads'] === '1');
  if (close === 'full') return void response.status(429).json({ error: 'too many feed readers; close one and retry' });
  if (close === 'closed') return void response.status(503).json({ error: 'the gateway is stopping' });
  response.on('close', close).on('error', close);
  request.socket.setKeepAlive(true, KEEP_ALIVE_MS);
  // nginx would buffer lines.
  response.type(NDJSON).set({ 'X-Accel-Buffering': 'no', Connection: 'close' }).flushHeaders();
}

const NDJSON = 'application/x-ndjson';

function queryProblem({ query }: Request): string | undefined {
  const { payloads, ...unknown } = query;
  const [key] = Object.keys(unknown);
  if (key !== undefined) return `unknown query parameter ${JSON.stringify(key)}; allowed is payloads`;
  if (payloads === undefined || payloads === '1') return undefined;
  return `payloads is ${JSON.stringify(payloads)}; allowed is 1, or nothing`;
}

function readerAt(response: Response): Reader {
  return {
    isReady: () => !response.writableNeedDrain,
    write: (line) => void response.write(line),
    // A slow reader loses what it has not read when the server closes: Node closes ended responses.
    end: () => void response.end(),
  };
}
