import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { TOKENS } from '../support/auth-service.ts';
import { enterUpgraded, frame, openUpgraded, OPCODE } from '../sockets/raw-frames.ts';
import { openPolling } from '../sockets/raw-polling.ts';
import { useStage } from '../sockets/stage.ts';
import { expectUnharmed, fuzz, FUZZED, FUZZ_TIMEOUT, residentBytes } from './fuzz.ts';

const stage = useStage(FUZZED);

// Engine.IO and Socket.IO as they are spoken, with each part now and then another than it should be.

/** Nine times of ten the usual. */
const mostly = <T>(usual: fc.Arbitrary<T>, odd: fc.Arbitrary<T>): fc.Arbitrary<T> =>
  fc.oneof({ arbitrary: usual, weight: 9 }, odd);
const text = (...texts: string[]): fc.Arbitrary<string> => fc.constantFrom(...texts);

const name = mostly(
  text('ping', 'notice', 'join', 'subscribe', 'gateway:gap', 'toString', '__proto__', 'constructor', ''),
  text('connect', 'disconnect', 'error', 'newListener', 'removeListener'),
);
const values = fc.array(fc.jsonValue({ maxDepth: 3 }), { maxLength: 3 });
const eventJson = fc.tuple(name, values).map(([event, args]) => JSON.stringify([event, ...args]));
const oddJson = fc.oneof(
  fc.json({ maxDepth: 3 }),
  text('["ping",{"_placeholder":true,"num":0}]', '{', '[', '"', '', 'null', '[]', '{}'),
  fc.nat(3000).map((depth) => '['.repeat(depth) + ']'.repeat(depth)),
);
const json = mostly(eventJson, oddJson);
const auth = fc.record(
  {
    token: fc.jsonValue(),
    notices: fc.jsonValue(),
    resume: fc.jsonValue(),
    trace: fc.jsonValue(),
    pid: fc.jsonValue(),
  },
  { requiredKeys: [] },
);
const connect = fc
  .tuple(
    mostly(fc.constant(''), text('/', '/admin,', '/__proto__,')),
    fc.oneof(auth, fc.constant({ token: TOKENS.alice })),
  )
  .map(([namespace, options]) => `0${namespace}${JSON.stringify(options)}`);
const id = fc.oneof(text(''), mostly(fc.nat(20).map(String), text('-1', '1e9', ' ', '9'.repeat(400))));
const attachments = mostly(
  text(''),
  fc.oneof(
    fc.nat(12).map((count) => `${count}-`),
    text('-', '-1-', '1000000000-'),
  ),
);
const namespace = mostly(text(''), text('/', '/,', '/admin,', '/__proto__,', '/a?b=c,', ','));
const type = mostly(text('2', '2', '2', '3', '5'), text('0', '1', '4', '6', '9', ''));
const event = fc.tuple(type, attachments, namespace, id, json).map((parts) => parts.join(''));
const engine = mostly(text('4'), text('0', '1', '2', '3', '5', '6', '7', 'b', '', '\x1e'));
const spoken = fc.tuple(engine, mostly(event, connect)).map((parts) => parts.join(''));
const noise = fc.oneof(fc.string({ unit: 'binary', maxLength: 40 }), fc.uint8Array({ maxLength: 40 }));
const session = fc.record({
  packets: fc.array(mostly<string | Uint8Array>(spoken, noise), { minLength: 1, maxLength: 10 }),
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
