import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { StreamDispatch } from '../../src/dispatch/stream.ts';
import { isDurable } from '../../src/dispatch/entry.ts';
import { isObject } from '../../src/schema/json.ts';
import type { Client } from '../../src/durable/client.ts';
import { DurableRoutes } from '../../src/durable/durable.ts';
import { stageDispatch } from '../dispatch/stage.ts';
import { createFakeStream } from './fake-stream.ts';

// Everything that may happen between one answer of Redis and the next, in any order: entries, trimming, a client that
// comes back with an old position while it reads slowly.

type Step =
  | { readonly kind: 'add' }
  | { readonly kind: 'trim'; readonly kept: number }
  | { readonly kind: 'answer'; readonly index: number }
  | { readonly kind: 'return'; readonly back: number; readonly hold: boolean }
  | { readonly kind: 'ready' };

const STEP: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.constant({ kind: 'add' } as const) },
  { weight: 6, arbitrary: fc.nat(3).map((index) => ({ kind: 'answer', index }) as const) },
  { weight: 1, arbitrary: fc.nat(6).map((kept) => ({ kind: 'trim', kept }) as const) },
  {
    weight: 2,
    arbitrary: fc.tuple(fc.nat(12), fc.boolean()).map(([back, hold]) => ({ kind: 'return', back, hold }) as const),
  },
  { weight: 2, arbitrary: fc.constant({ kind: 'ready' } as const) },
);

const ROUTES = `version: 1
routes:
  news:
    source: { ring: { entries: 3 } }
    event: news
    schema: ../any.json
    target: broadcast
`;

interface Received {
  readonly event: string;
  readonly id: string;
}

/** A client that records its position and all it received on its current connection. */
class Guest implements Client {
  readonly rooms = ['everyone'];
  readonly resumable = true;
  readonly received: Received[] = [];
  readonly #held = new Set<string>();
  open = true;
  /** Whether it asked to be held, and has not said that it is ready. */
  waits = false;

  send(event: string, payload: string, meta?: string): void {
    if (this.waits) throw new Error(`${event} before it was ready`);
    const position: unknown = JSON.parse(meta ?? payload);
    if (isObject(position)) this.received.push({ event, id: String(position['id']) });
  }

  live(id: string): void {
    if (!this.open || this.#held.has('news')) return;
    if (this.waits) throw new Error('live before it was ready');
    this.received.push({ event: 'news', id });
  }

  queued = (): number => 0;
  isOpen = (): boolean => this.open;
  hold = (route: string): void => void this.#held.add(route);
  release = (route: string): void => void this.#held.delete(route);
  isHeld = (route: string): boolean => this.#held.has(route);
}

function stage() {
  const { plan } = stageDispatch(ROUTES, { any: { type: 'object' } });
  expect(plan.routes.every(isDurable)).toBe(true);
  const stream = createFakeStream();
  let guest = new Guest();
  const known: string[] = [];
  const judged = { rooms: ['everyone'], except: [], text: '{}' };
  const dispatch: StreamDispatch = {
    evaluate: () => judged,
    deliver(_route, _content, _duplicate, meta) {
      const { id } = JSON.parse(meta());
      guest.live(String(id));
      return judged;
    },
  };
  const events = { readFailed() {}, historyLost() {}, resumed() {}, replayFailed() {} };
  const durable = new DurableRoutes({ open: () => stream.store, dispatch, events, pauseAboveBytes: 1000 });
  durable.runPlan(plan);
  return {
    stream,
    durable,
    guest: () => guest,
    /** Opens a new connection, from the last position or an earlier one. */
    comeBack(back: number, hold = false) {
      known.push(...guest.received.map(({ id }) => id));
      const last = known[Math.max(0, known.length - 1 - back)];
      guest.open = false;
      durable.clientLeft(guest);
      guest = new Guest();
      guest.waits = hold;
      durable.clientJoined(guest, last === undefined ? {} : { news: { e: 'epoch', id: last } }, hold);
      return { guest, from: last };
    },
    /** May come late, and again. */
    ready() {
      guest.waits = false;
      durable.ready(guest);
    },
  };
}

test('in any interleaving: no entry twice, none out of order, none missing without a reset', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(STEP, { minLength: 5, maxLength: 120 }), async (steps) => {
      const { stream, durable, comeBack, ready } = stage();
      let count = 0;
      const connections: { guest: Guest; from: string | undefined }[] = [];
      const take = async (step: Step): Promise<void> => {
        if (step.kind === 'add') stream.add((count += 1));
        else if (step.kind === 'trim') stream.trim(step.kept);
        else if (step.kind === 'answer') await stream.answer(step.index);
        else if (step.kind === 'ready') ready();
        else connections.push(comeBack(step.back, step.hold));
      };
      for (const step of steps) await take(step);
      connections.push(comeBack(0));
      for (let i = 0; i < 40; i += 1) await stream.answer(0);
      durable.stop();
      for (const { guest, from } of connections) checkConnection(guest.received, from);
      const last = connections.at(-1)?.guest.received.at(-1)?.id ?? '';
      expect(Number(last.slice(0, 20))).toBe(count);
    }),
    { numRuns: 300 },
  );
});

test('a page may hold entries that the reader has not read yet: they are delivered live, once', async () => {
  const { stream, durable, comeBack } = stage();
  for (let i = 0; i < 6; i += 1) await stream.answer(0);
  const first = comeBack(0).guest;
  for (let n = 1; n <= 8; n += 1) stream.add(n);
  for (let i = 0; i < 3; i += 1) await stream.answer(0);
  expect(first.received.map(({ id }) => numberOf(id))).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);

  // The reader waits for what comes after 8 while the page is asked for.
  stream.add(9);
  const { guest } = comeBack(7);
  await new Promise(setImmediate);
  await stream.answer(1);
  for (let i = 0; i < 4; i += 1) await stream.answer(0);
  durable.stop();
  expect(guest.received.map(({ event, id }) => [event, numberOf(id)])).toEqual([
    ...[2, 3, 4, 5, 6, 7, 8].map((n) => ['news', n]),
    ['gateway:position', 8],
    ['news', 9],
  ]);
});

/** Entries are numbered by their ids, so a hole is a number that is left out; only a reset may leave one. */
function checkConnection(received: readonly Received[], from: string | undefined): void {
  let at = from === undefined ? undefined : numberOf(from);
  for (const { event, id } of received) {
    const now = numberOf(id);
    const due = event === 'news' ? (at ?? now - 1) + 1 : (at ?? now);
    expect(event === 'gateway:reset' ? due : now).toBe(due);
    at = now;
  }
}

function numberOf(id: string): number {
  return Number(id.slice(0, 20));
}
