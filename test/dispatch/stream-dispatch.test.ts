import { describe, expect, test } from 'vitest';
import { createDedupe } from '../../src/dispatch/dedupe.ts';
import { createDispatch } from '../../src/dispatch/pubsub.ts';
import type { Stamp } from '../../src/dispatch/fanout.ts';
import type { Handled } from '../../src/dispatch/report.ts';
import { isDurable } from '../../src/dispatch/entry.ts';
import { createStreamDispatch } from '../../src/dispatch/stream.ts';
import { LIMITS, stageDispatch } from './stage.ts';

const ROUTES = `version: 1
routes:
  news:
    source: { stream: news, also: pubsub }
    event: news
    schema: ../note.json
    target: { user: to }
    omit: [secret]
`;
const NOTE = {
  type: 'object',
  required: ['to'],
  properties: { to: { type: 'integer' }, secret: { type: 'string' }, kind: { type: 'string' }, id: { type: 'string' } },
};

const meta = (): string => '{"id":"1"}';

interface Sent {
  readonly payload: string;
  readonly stamp: Stamp | undefined;
}

/** Both ways of a route whose publishers move. */
function stage(yaml = ROUTES) {
  const { plan } = stageDispatch(yaml, { note: NOTE });
  const [route] = plan.routes.filter(isDurable);
  if (route === undefined) throw new Error('no durable route');
  const sent: Sent[] = [];
  const handled: Handled[] = [];
  const paths = {
    fanout: {
      count: () => 1,
      emit: (_rooms: readonly string[], _event: string, payload: string, _key?: string, stamp?: Stamp) =>
        void sent.push({ payload, stamp }),
    },
    events: { handled: (message: Handled) => void handled.push(message) },
    control: { disconnectUsers: () => 0 },
    limits: LIMITS,
    dedupe: createDedupe(),
  };
  const entries = createStreamDispatch(paths);
  const dispatch = createDispatch({ plan: () => plan, ...paths });
  return {
    sent,
    handled,
    /** @returns what became of it, and what the ring gets. */
    entry(payload: string | undefined, { eventId, duplicate = false }: { eventId?: string; duplicate?: boolean } = {}) {
      const content = {
        ...(payload !== undefined && { payload: Buffer.from(payload) }),
        ...(eventId && { eventId }),
      };
      const judged = entries.deliver(route, content, duplicate, meta);
      expect(entries.evaluate(route, content, duplicate)).toEqual(judged);
      return { judged, outcome: handled.at(-1)?.outcomes[0] };
    },
    message(payload: string) {
      dispatch('news', Buffer.from(payload));
      return handled.at(-1)?.outcomes[0];
    },
  };
}

test('an entry takes the steps of a message: checked, shaped, sent with its position', () => {
  const { entry, sent } = stage();
  const { outcome, judged } = entry('{"to": 7, "secret": "x"}');
  expect(outcome).toMatchObject({ kind: 'delivered', recipients: 1 });
  expect(judged).toEqual({ rooms: ['user:7'], except: [], text: '{"to": 7, "secret": "x"}' });
  expect(sent).toEqual([{ payload: '{"to": 7}', stamp: { route: 'news', meta, plain: true } }]);
});

test.each([
  ['no payload', undefined, {}, 'no-payload'],
  ['broken JSON', '{"to": 7', {}, 'not-json'],
  ['a deep one', '['.repeat(5000) + ']'.repeat(5000), {}, 'too-deep'],
  ['one that the schema refuses', '{"to": "x"}', {}, 'invalid'],
  ['one for nobody', '{"to": 0}', {}, 'no-target'],
  ['an event that came before', '{"to": 7}', { duplicate: true }, 'duplicate'],
] as const)('%s is dropped with its reason, and sent to no client', (_, payload, content, reason) => {
  const { entry, sent } = stage();
  const { outcome, judged } = entry(payload, content);
  expect(outcome).toMatchObject({ kind: 'dropped', reason });
  expect(judged).toEqual({ rooms: [], except: [], text: '' });
  expect(sent).toEqual([]);
});

test('an event published on both: plain clients receive the first copy, the others that of the stream', () => {
  const { entry, message, sent } = stage();
  const [a, b] = ['{"to": 7, "id": "a"}', '{"to": 7, "id": "b"}'];
  message(a);
  entry(a, { eventId: 'a' });
  entry(b, { eventId: 'b' });
  expect(message(b)).toMatchObject({ kind: 'dropped', reason: 'duplicate' });
  expect(sent.map(({ payload, stamp }) => [payload, stamp?.plain, stamp?.meta !== undefined])).toEqual([
    [a, true, false],
    [a, false, true],
    [b, true, true],
  ]);
});

test('events without an id are not compared: each copy is sent', () => {
  const { message, sent } = stage();
  message('{"to": 7}');
  message('{"to": 7}');
  expect(sent).toHaveLength(2);
});

describe('when on a durable route', () => {
  const SOLD = ROUTES.replace('event: news', 'when: { kind: sold }\n    event: news');
  const [sold, open] = ['{"to":7,"kind":"sold"}', '{"to":7,"kind":"open"}'];

  test('an entry that the route passes over is sent to no client, live or in a replay', () => {
    const { entry, sent, handled } = stage(SOLD);
    expect(entry(sold).judged).toMatchObject({ rooms: ['user:7'] });
    expect(entry(open)).toEqual({ judged: { rooms: [], except: [], text: '' }, outcome: undefined });
    expect(handled.at(-1)).toMatchObject({ outcomes: [], filtered: [{ name: 'news' }], unread: false });
    expect(sent).toHaveLength(1);
  });

  test('what it passes over is no duplicate, whatever its id', () => {
    const { entry } = stage(SOLD);
    expect(entry(open, { duplicate: true }).outcome).toBeUndefined();
    expect(entry(sold, { duplicate: true }).outcome).toMatchObject({ kind: 'dropped', reason: 'duplicate' });
    expect(entry('{', { duplicate: true }).outcome).toMatchObject({ kind: 'dropped', reason: 'duplicate' });
    expect(entry('{').outcome).toMatchObject({ kind: 'dropped', reason: 'not-json' });
  });

  test('of a route that moves from Pub/Sub holds for both', () => {
    const { message, sent } = stage(SOLD);
    expect(message(open)).toBeUndefined();
    expect(message(sold)).toMatchObject({ kind: 'delivered' });
    expect(sent).toHaveLength(1);
  });
});
