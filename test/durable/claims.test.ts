import { expect, onTestFinished, test } from 'vitest';
import { isDurable } from '../../src/dispatch/entry.ts';
import type { StreamDispatch } from '../../src/dispatch/stream.ts';
import { DurableRoutes } from '../../src/durable/durable.ts';
import { stageDispatch } from '../dispatch/stage.ts';
import { createFakeStream } from './fake-stream.ts';

const ROUTES = `version: 1
routes:
  news: { source: stream, event: news, schema: ../any.json, target: broadcast }
  prices: { source: stream, event: price, schema: ../any.json, target: broadcast }
  talk: { event: talk, schema: ../any.json, target: broadcast }
`;

const ID = '00000001700000000000-00000000000000000001';
const POSITION = { e: 'epoch', id: ID };

function routes(): DurableRoutes {
  const { plan } = stageDispatch(ROUTES, { any: { type: 'object' } });
  expect(plan.routes.filter(isDurable)).toHaveLength(2);
  const judged = { rooms: [], except: [], text: '' };
  const dispatch: StreamDispatch = { evaluate: () => judged, deliver: () => judged };
  const events = { readFailed() {}, historyLost() {}, resumed() {}, replayFailed() {} };
  const durable = new DurableRoutes({ open: () => createFakeStream().store, dispatch, events, pauseAboveBytes: 1000 });
  durable.runPlan(plan);
  onTestFinished(() => durable.stop());
  return durable;
}

test.each<[what: string, resume: Record<string, unknown>, kept: object]>([
  ['nothing', {}, {}],
  ['a position', { news: POSITION }, { news: POSITION }],
  ['two', { news: POSITION, prices: POSITION }, { news: POSITION, prices: POSITION }],
  ['more than a position', { news: { ...POSITION, more: ['x'] } }, { news: POSITION }],
  ['a route that is not durable', { talk: POSITION }, {}],
  ['a route that there is not', { other: POSITION }, {}],
  ['a name of the prototype', { constructor: POSITION, __proto__: POSITION }, {}],
  ['no position', { news: 'x', prices: null }, { news: null, prices: null }],
  ['a long text', { news: { e: 'e'.repeat(65_000), id: ID } }, { news: null }],
  ['a list', { news: [ID] }, { news: null }],
])('only the positions on durable routes are kept of %s, as copies', (_, resume, kept) => {
  const claims = routes().claimsIn(resume);
  expect(claims).toEqual(kept);
  const same = Object.entries(claims).filter(([name, claim]) => claim !== null && claim === resume[name]);
  expect(same).toEqual([]);
});
