import { describe, expect, test } from 'vitest';
import { checkerOf, recordingTrace } from './checker.ts';
import { startBrokenService } from './faulty-service.ts';

/** `valid = true, user_id = 7`. */
const ADMITTING = Buffer.from([0x08, 0x01, 0x10, 0x07]);

describe('a broken answer', () => {
  test.each([
    ['an unknown compression', frame(ADMITTING, { compressed: true })],
    ['shorter than its length field', frame(ADMITTING).subarray(0, -2)],
    ['no protobuf', frame(Buffer.from([0xff, 0xff, 0xff, 0xff]))],
    ['two messages', Buffer.concat([frame(ADMITTING), frame(ADMITTING)])],
    ['a user id of eleven bytes', frame(Buffer.concat([Buffer.from([0x08, 0x01, 0x10]), Buffer.alloc(11, 0xff)]))],
  ])('(%s) admits no client', async (_, body) => {
    const { address } = await startBrokenService((stream) => replyWith(stream, body));
    expect(await checkerOf(address).check('token', recordingTrace())).toMatchObject({ kind: 'unavailable' });
  });

  test('differs from a valid one that is sent in the same way', async () => {
    const { address } = await startBrokenService((stream) => replyWith(stream, frame(ADMITTING)));
    expect(await checkerOf(address).check('token', recordingTrace())).toEqual({
      kind: 'valid',
      identity: { user: '7' },
    });
  });

  test.each([
    [
      'a page of a proxy',
      (stream: Stream) => (stream.respond({ ':status': 502, 'content-type': 'text/html' }), stream.end('<h1>')),
    ],
    ['"not found"', (stream: Stream) => stream.respond({ ':status': 404 }, { endStream: true })],
    ['a stream that is reset', (stream: Stream) => stream.close(2)],
    ['a connection that is cut', (stream: Stream) => stream.session?.destroy()],
  ])('(%s) admits no client', async (_, answer) => {
    const { address } = await startBrokenService(answer);
    expect(await checkerOf(address, 500).check('token', recordingTrace())).toMatchObject({ kind: 'unavailable' });
  });
});

type Stream = Parameters<Parameters<typeof startBrokenService>[0]>[0];

/** A gRPC message: flag, length, bytes. */
function frame(message: Buffer, { compressed = false } = {}): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt8(compressed ? 1 : 0, 0);
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
}

function replyWith(stream: Stream, body: Buffer): void {
  stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
  stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
  stream.end(body);
}
