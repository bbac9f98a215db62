import type { Socket } from 'node:net';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { TOKENS } from '../support/auth-service.ts';
import { enterUpgraded, frame, openUpgraded } from '../sockets/raw-frames.ts';
import { useStage } from '../sockets/stage.ts';
import { expectUnharmed, fuzz, FUZZED, FUZZ_TIMEOUT, residentBytes } from './fuzz.ts';

const stage = useStage(FUZZED);

const bytes = fc.uint8Array({ maxLength: 300, size: 'max' }).map((array) => Buffer.from(array));
const packets = fc.constantFrom(
  '42["ping"]',
  '3',
  '40',
  '41',
  '451-["ping",{"_placeholder":true,"num":0}]',
  '42["x",{}]',
);
const payload = fc.oneof(
  bytes,
  packets.map((text) => Buffer.from(text)),
);
const opcode = fc.oneof(fc.constantFrom(0, 1, 1, 1, 2, 8, 9, 10), fc.nat(15));
/** Mostly as they should be. */
const frames = fc
  .record({
    payload,
    opcode,
    fin: fc.oneof(fc.constant(true), fc.boolean()),
    masked: fc.oneof(fc.constant(true), fc.constant(true), fc.boolean()),
    reserved: fc.oneof(fc.constant(0), fc.constant(0), fc.nat(7)),
  })
  .map(({ payload: body, ...options }) => frame(body, options));
const lyingFrames = fc
  .record({ payload, opcode, length: fc.oneof(fc.nat(70_000), fc.bigInt(0n, 2n ** 64n - 1n)) })
  .map(({ payload: body, ...options }) => frame(body, options));
const stream = fc.array(fc.oneof({ arbitrary: frames, weight: 6 }, lyingFrames, bytes), {
  minLength: 1,
  maxLength: 12,
});

/** Says it, in pieces, and goodbye; resolves when the gateway has closed the connection. */
async function say(socket: Socket, chunks: readonly Buffer[]): Promise<void> {
  const closed = new Promise((resolve) => socket.once('close', resolve));
  socket.resume();
  for (const chunk of chunks) socket.write(chunk);
  socket.end();
  await closed;
}

test('any bytes on an upgraded connection harm no other client', { timeout: FUZZ_TIMEOUT }, async () => {
  const before = await residentBytes(stage().gateway);
  const runs = await fuzz(fc.record({ stream, entered: fc.boolean() }), async ({ stream: chunks, entered }, count) => {
    const stops: (() => void)[] = [];
    const finished = (stop: () => void): void => void stops.push(stop);
    const { url } = stage().gateway;
    await say(await (entered ? enterUpgraded(url, TOKENS.alice, finished) : openUpgraded(url, { finished })), chunks);
    expect(stage().gateway.death()).toBeNull();
    if (count % 50 === 0) await stage().allIsWell();
  });
  expect(runs).toBeGreaterThan(0);
  await stage().allIsWell();
  await expectUnharmed(stage().gateway, before);
});
