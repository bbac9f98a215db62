import type { Field, LoadContest } from '../contest.ts';
import type { Goal, LoadRow } from '../rows.ts';
import { writeDurableRoutes } from '../routes/durable-routes.ts';
import { variantsOf } from './growth.ts';

const GOAL: Goal = { reachable: 1.2, stretch: 1.1, limit: 1 };

const ROWS: readonly LoadRow[] = [
  {
    name: 'durable-unicast',
    title: 'to one of 1k users, 64 in flight, live',
    unit: 'µs CPU / message',
    load: { kind: 'u', window: 64 },
    goal: GOAL,
  },
  {
    name: 'durable-not-here',
    title: 'to users who are not here, 64 in flight, live',
    unit: 'µs CPU / message',
    load: { kind: 'n', window: 64 },
    goal: GOAL,
  },
  {
    name: 'durable-broadcast-w1',
    title: 'broadcast to 1k, alone, live',
    unit: 'µs CPU / delivery',
    load: { kind: 'b', window: 1 },
    goal: GOAL,
  },
  {
    name: 'durable-broadcast-w8',
    title: 'broadcast to 1k, 8 in flight, live',
    unit: 'µs CPU / delivery',
    load: { kind: 'b', window: 8 },
    goal: GOAL,
  },
  {
    name: 'durable-broadcast-w64',
    title: 'broadcast to 1k, 64 in flight, live',
    unit: 'µs CPU / delivery',
    load: { kind: 'b', window: 64 },
    goal: GOAL,
  },
  ...[2000, 20_000].map((unicasts): LoadRow => ({
    name: `durable-paced-${unicasts}`,
    title: `to one of 1k users, ${unicasts.toLocaleString('en')} a second, live`,
    unit: 'µs CPU / message',
    load: { kind: 'o', unicasts },
    goal: GOAL,
  })),
  {
    name: 'durable-lone-unicast',
    title: 'to one of 1k users, 2,000 a second, live',
    unit: 'ms p50',
    load: { kind: 'o', unicasts: 2000 },
  },
];

/** Events of streams as they come, to clients with and without positions, against those of channels. */
export function durable({ gateways, mostClients, quick }: Field): LoadContest {
  const crowd = { clients: Math.min(1000, mostClients) };
  const env = { ROUTES_FILE: writeDurableRoutes() };
  const load = { stream: 1 } as const;
  return {
    entrants: variantsOf(gateways, [
      { name: 'durable', crowd, env, load },
      { name: 'with positions', crowd: { ...crowd, resume: true }, env, load },
      { name: 'pub/sub', crowd },
    ]),
    rows: ROWS.filter(({ name }) => !quick || name === 'durable-unicast' || name === 'durable-broadcast-w8'),
  };
}
