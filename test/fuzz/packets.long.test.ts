import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { TOKENS } from '../support/auth-service.ts';
import { enterUpgraded, frame, openUpgraded, OPCODE } from '../sockets/raw-frames.ts';
import { openPolling } from '../sockets/raw-polling.ts';
import { useStage } from '../sockets/stage.ts';
import { mostly, packet, text } from './packets.ts';
import { expectUnharmed, fuzz, FUZZED, FUZZ_TIMEOUT, residentBytes } from './fuzz.ts';

const stage = useStage(FUZZED);

const session = fc.record({
  packets: fc.array(packet, { minLength: 1, maxLength: 10 }),
  entered: mostly(fc.constant(true), fc.constant(false)),
  transport: text('websocket', 'polling'),
});
type Packet = string | Uint8Array;

async function sayByWebSocket(packets: readonly Packet[], entered: boolean): Promise<void> {
  const { url } = stage().gateway;
  const finished = (): void => undefined;
  const socket = await (entered ? enterUpgraded(url, TOKENS.alice, finished) : openUpgraded(url, { finished }));
  const closed = new Promise((resolve) => socket.once('close', resolve));
  for (const one of packets)
    socket.write(typeof one === 'string' ? frame(one) : frame(Buffer.from(one), { opcode: OPCODE.bytes }));
  socket.write(frame(Buffer.from([0x03, 0xe8]), { opcode: OPCODE.close }));
  await closed;
}

async function sayByPolling(packets: readonly Packet[], entered: boolean): Promise<void> {
  const polling = await openPolling(stage().gateway.url);
  if (entered) {
    await polling.post(`40${JSON.stringify({ token: TOKENS.alice })}`);
    while (!(await polling.poll()).body.includes('"connected"'));
  }
  const coded = packets.map((one) => (typeof one === 'string' ? one : `b${Buffer.from(one).toString('base64')}`));
  const { status } = await polling.post(coded.join('\x1e'));
  if (status === 200) await polling.post('1');
}

test('any packets harm no other client', { timeout: FUZZ_TIMEOUT }, async () => {
  const before = await residentBytes(stage().gateway);
  const runs = await fuzz(session, async ({ packets, entered, transport }, count) => {
    await (transport === 'polling' ? sayByPolling : sayByWebSocket)(packets, entered);
    expect(stage().gateway.death()).toBeNull();
    if (count % 50 === 0) await stage().allIsWell();
  });
  expect(runs).toBeGreaterThan(0);
  await stage().allIsWell();
  await expectUnharmed(stage().gateway, before);
});
