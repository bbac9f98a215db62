import type { Request, Response } from 'express';

interface Reader {
  isReady(): boolean;
  write(line: string): void;
  end(): void;
}

/** @returns what ends it, or why there is none. */
export type OpenFeed = (reader: Reader, payloads: boolean) => (() => void) | 'full' | 'closed';

/** A peer that is gone without a word is noticed by TCP: it would keep its place in the feed for ever. */
const KEEP_ALIVE_MS = 15_000;

/** Lines of JSON, one for each message, until the reader goes or the gateway stops. */
export function streamFeed(open: OpenFeed, request: Request, response: Response): void {
  const fault = queryFault(request);
  if (fault !== undefined) return void response.status(400).json({ error: fault });
  if (request.method === 'HEAD') return void response.type(NDJSON).end();
  const close = open(readerAt(response), request.query['payloads'] === '1');
  if (close === 'full') return void response.status(429).json({ error: 'as many read the feed as may; close one' });
  if (close === 'closed') return void response.status(503).json({ error: 'the gateway is stopping' });
  response.on('close', close).on('error', close);
  request.socket.setKeepAlive(true, KEEP_ALIVE_MS);
  // nginx would keep lines until it has many.
  response.type(NDJSON).set({ 'X-Accel-Buffering': 'no', Connection: 'close' }).flushHeaders();
}

const NDJSON = 'application/x-ndjson';

function queryFault({ query }: Request): string | undefined {
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
    // What a slow reader has not taken when the server closes is lost to it: Node closes what is ended.
    end: () => void response.end(),
  };
}
