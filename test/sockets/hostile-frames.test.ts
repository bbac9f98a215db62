import { once } from 'node:events';
import type { Socket } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { TOKENS } from '../support/auth-service.ts';
import { enterUpgraded, frame, received, OPCODE } from './raw-frames.ts';
import { useStage } from './stage.ts';

const stage = useStage();
afterEach(() => stage().allIsWell());

const enter = (): Promise<Socket> => enterUpgraded(stage().gateway.url, TOKENS.alice);
const residentBytes = (): Promise<number> => stage().gateway.metric('process_resident_memory_bytes');

const PROTOCOL_ERROR = 1002;
const NOT_UTF8 = 1007;
const TOO_MUCH = 1008;
const TOO_LONG = 1009;

/** The code of the close frame with which the gateway ends the connection. */
async function closeCode(socket: Socket): Promise<number | undefined> {
  let all = Buffer.alloc(0);
  socket.on('data', (chunk: Buffer) => (all = Buffer.concat([all, chunk])));
  if (!socket.destroyed) await once(socket, 'close');
  const at = all.lastIndexOf(Buffer.from([0x80 + OPCODE.close, 2]));
  return at < 0 ? undefined : all.readUInt16BE(at + 2);
}

const opening = (text: string): Buffer => frame(text, { fin: false });
const more = (text: string | Buffer, fin = false): Buffer => frame(text, { fin, opcode: OPCODE.continuation });
const PING = '42["ping"]';

describe('a client whose frames are not websocket frames is closed, and no other', () => {
  test.each<[what: string, frames: readonly Buffer[], code: number]>([
    ['a frame that is not masked', [frame(PING, { masked: false })], PROTOCOL_ERROR],
    ['a compressed frame, which was not agreed on', [frame(PING, { reserved: 4 })], PROTOCOL_ERROR],
    ['reserved bits', [frame(PING, { reserved: 3 })], PROTOCOL_ERROR],
    ['an unknown kind of frame', [frame(PING, { opcode: 3 })], PROTOCOL_ERROR],
    ['an unknown kind of control frame', [frame('', { opcode: 11 })], PROTOCOL_ERROR],
    ['a ping in fragments', [frame('x', { opcode: OPCODE.ping, fin: false })], PROTOCOL_ERROR],
    ['a ping of 126 bytes', [frame('x'.repeat(126), { opcode: OPCODE.ping })], PROTOCOL_ERROR],
    ['a fragment that continues nothing', [more('x', true)], PROTOCOL_ERROR],
    ['a message within the fragments of another', [opening('42["pi'), frame(PING)], PROTOCOL_ERROR],
    ['a close frame of one byte', [frame('x', { opcode: OPCODE.close })], PROTOCOL_ERROR],
    ['a close code that nobody may send', [frame(Buffer.from([0x03, 0xed]), { opcode: OPCODE.close })], PROTOCOL_ERROR],
    ['text that is no UTF-8', [frame(Buffer.from([0x34, 0xff, 0xfe]))], NOT_UTF8],
    ['a character cut short at the end', [opening('42["'), more(Buffer.from([0xe2, 0x82]), true)], NOT_UTF8],
    ['a length of 64 kB and one', [frame('', { length: 65_537 })], TOO_LONG],
    ['a length of 4 GB', [frame('', { length: 2n ** 32n })], TOO_LONG],
    ['a length beyond 2^53', [frame('', { length: 2n ** 63n - 1n })], TOO_LONG],
    ['fragments that are too long together', [opening('4'), more('x'.repeat(65_530)), more('x'.repeat(7))], TOO_LONG],
    ['a message of 65 fragments', [opening('4'), ...Array.from({ length: 64 }, () => more('x'))], TOO_MUCH],
    ['100,000 fragments of one byte', [opening('4'), ...Array.from({ length: 100_000 }, () => more('x'))], TOO_MUCH],
    ['500,000 empty fragments', [opening('4'), ...Array.from({ length: 500_000 }, () => more(''))], TOO_MUCH],
  ])('(%s)', async (_, frames, code) => {
    const before = await residentBytes();
    const socket = await enter();
    const closed = closeCode(socket);
    socket.write(Buffer.concat(frames));
    expect(await closed).toBe(code);
    expect((await residentBytes()) - before).toBeLessThan(50e6);
  });
});

describe('a client whose frames are unusual, and right, is served', () => {
  test.each<[what: string, frames: readonly Buffer[]]>([
    [
      'a message in fragments of one byte',
      [
        opening('4'),
        ...PING.slice(1)
          .split('')
          .map((one) => more(one)),
        more('', true),
      ],
    ],
    [
      'control frames between fragments',
      [opening('42["pi'), frame('', { opcode: OPCODE.ping }), frame('', { opcode: OPCODE.pong }), more('ng"]', true)],
    ],
    ['a length told in more bytes than it needs', [longForm(PING)]],
  ])('(%s)', async (_, frames) => {
    const socket = await enter();
    for (const one of frames) socket.write(one);
    await expect(received(socket, '"pong"')).resolves.toBeUndefined();
  });

  test('(a message that is never finished, and takes no more room than a message may)', async () => {
    const socket = await enter();
    socket.write(opening('4'));
    socket.write(more('x'.repeat(60_000)));
    const hearing = received(socket, 'meanwhile');
    await stage().redis.publish('notices', { to: 7, text: 'meanwhile' });
    await expect(hearing).resolves.toBeUndefined();
  });

  test('(attachments that were announced and never come)', async () => {
    const socket = await enter();
    socket.write(frame('453-["ping",{"_placeholder":true,"num":0}]'));
    for (const byte of [1, 2]) socket.write(frame(Buffer.from([byte]), { opcode: OPCODE.bytes }));
    const hearing = received(socket, 'meanwhile');
    await stage().redis.publish('notices', { to: 7, text: 'meanwhile' });
    await expect(hearing).resolves.toBeUndefined();
  });
});

/** A short text whose length is told in two bytes. */
function longForm(text: string): Buffer {
  return Buffer.concat([Buffer.from([0x81, 0x80 + 126, 0, text.length]), Buffer.alloc(4), Buffer.from(text)]);
}
