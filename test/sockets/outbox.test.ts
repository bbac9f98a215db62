import * as fc from 'fast-check';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { EventPacket } from '../../src/sockets/fanout/event-packet.ts';
import { EngineIoWriter } from '../../src/sockets/servers/socket-io/engine-io-writer.ts';
import { createWriteScheduler, SLICE } from '../../src/sockets/fanout/write-scheduler.ts';
import { Recipient } from '../../src/sockets/fanout/recipient.ts';
import { SlowConsumers } from '../../src/sockets/fanout/slow-consumers.ts';

// Sockets are doubles here: only so can each order of sending, ticks and turns be tried.

interface Sink {
  readonly outlet: Recipient;
  readonly received: string[];
}

function createSinks(count: number): Sink[] {
  return Array.from({ length: count }, () => {
    const received: string[] = [];
    const session = {
      readyState: 'open',
      transport: {},
      writeBuffer: [],
      write: (text: string) => void received.push(text),
      close() {},
      on() {},
      off() {},
    };
    return {
      outlet: new Recipient(new EngineIoWriter(session, false), { resumable: false, traced: false }, () => {}),
      received,
    };
  });
}

function createOutboxAlone() {
  return createWriteScheduler(new SlowConsumers({ maxBytes: 2 ** 20, maxAge: 10_000 }, { cut() {}, superseded() {} }));
}

/** Resolves when as many long fan-outs are written, whatever their slices wait for. */
async function allTurns(fanouts: number): Promise<void> {
  for (let turn = 0; turn <= fanouts * (LONG / SLICE); turn += 1) await nextTurn();
}

const outletsOf = (sinks: readonly Sink[]): Set<Recipient> => new Set(sinks.map(({ outlet }) => outlet));
const textOf = (id: number): string => `2["e",${id}]`;
const LONG = SLICE * 3;

describe('the outbox', () => {
  test('writes each socket its packets once, in the order of sending, whichever fan-out is first', async () => {
    const step = fc.oneof(
      fc.constantFrom('tick' as const, 'turn' as const),
      fc.constant(Array.from({ length: LONG }, (_, index) => index)),
      fc.uniqueArray(fc.nat(LONG - 1), { minLength: 1 }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
        const sinks = createSinks(LONG);
        const expected = sinks.map((): string[] => []);
        const outbox = createOutboxAlone();
        for (const [id, one] of steps.entries()) {
          if (one === 'tick') await Promise.resolve();
          else if (one === 'turn') await nextTurn();
          else {
            outbox.send([outletsOf(one.flatMap((index) => sinks[index] ?? []))], new EventPacket('e', String(id)));
            for (const index of one) expected[index]?.push(textOf(id));
          }
        }
        await allTurns(steps.length);
        expect(sinks.map(({ received }) => received)).toEqual(expected);
      }),
      { numRuns: 60 },
    );
  });

  test('writes a message that is alone before the turn ends', async () => {
    const [sink, ...others] = createSinks(3);
    createOutboxAlone().send([outletsOf([...others, ...(sink ? [sink] : [])])], new EventPacket('e', '1'));
    await new Promise<void>((resolve) => process.nextTick(resolve));
    expect(sink?.received).toEqual([textOf(1)]);
  });

  test('lets what is for few pass a long fan-out, behind what its sockets were waiting for', async () => {
    const sinks = createSinks(SLICE * 20);
    const last = sinks.at(-1);
    if (!last) throw new Error('no sinks');
    const outbox = createOutboxAlone();
    outbox.send([outletsOf(sinks)], new EventPacket('e', '1'));
    await nextTurn();
    expect(last.received).toEqual([]);

    outbox.send([outletsOf([last])], new EventPacket('e', '2'));
    await new Promise<void>((resolve) => process.nextTick(resolve));

    expect(last.received).toEqual([textOf(1), textOf(2)]);
    expect(sinks.at(-2)?.received).toEqual([]);
    while (sinks.at(-2)?.received.length === 0) await nextTurn();
    expect(last.received).toHaveLength(2);
  });

  test('keeps going where long fan-outs never end, and forgets what is written', async () => {
    const sinks = createSinks(SLICE * 2);
    const outbox = createOutboxAlone();
    for (let id = 0; id < 300; id += 1) {
      outbox.send([outletsOf(sinks)], new EventPacket('e', String(id)));
      await nextTurn();
    }
    await allTurns(300);
    for (const { received } of sinks) expect(received).toEqual(Array.from({ length: 300 }, (_, id) => textOf(id)));
  });
});
