import type { IncomingMessage, ServerResponse } from 'node:http';

const TOO_LONG = 413;

/**
 * Reports bodies of polling requests that are too long, and refuses those that arrive in too many chunks: Engine.IO keeps
 * each chunk until the last one arrives, and 65,000 of one byte fill 2 MB.
 *
 * @param posted receives the length of a body, or Infinity where it has none and was refused.
 */
export function checkBody(
  request: IncomingMessage,
  response: ServerResponse,
  posted: (request: IncomingMessage, bytes: number) => void,
  maxChunks: number,
): void {
  const length = request.headers['content-length'];
  if (length !== undefined) posted(request, Number(length));
  // Engine.IO refuses a request in chunks, which has no length, once it is too long.
  else
    response.once('finish', () => {
      if (response.statusCode === TOO_LONG) posted(request, Infinity);
    });
  let chunks = 0;
  request.on('data', function chunkReceived() {
    chunks += 1;
    if (chunks <= maxChunks || response.headersSent) return;
    request.off('data', chunkReceived);
    if (length !== undefined) posted(request, Infinity);
    response.writeHead(TOO_LONG, { Connection: 'close' }).end(() => request.destroy());
  });
}
