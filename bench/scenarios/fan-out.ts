import { entrantsOf, type Field, type LoadContest } from '../contest.ts';
import type { Goal, LoadRow } from '../rows.ts';

const SIZES = [
  { clients: 100, name: '100' },
  { clients: 1000, name: '1k' },
  { clients: 5000, name: '5k' },
  { clients: 10_000, name: '10k' },
] as const;

const WINDOWS = [1, 8, 64];

/** Left out of a quick look: many deliveries in flight, or little that other rows do not tell. */
const SLOW = new Set([
  'broadcast-100-w1',
  'broadcast-100-w64',
  'broadcast-5k-w1',
  'broadcast-5k-w8',
  'broadcast-5k-w64',
  'broadcast-10k-w64',
  'unicast-16kb',
  'behind-broadcast',
]);

const GOALS: Readonly<Record<string, Goal>> = {
  'broadcast-1k-w1': { reachable: 0.65, stretch: 0.55, limit: 0.37 },
  'broadcast-1k-w8': { reachable: 0.18, stretch: 0.12, limit: 0.08 },
  'broadcast-1k-w64': { reachable: 0.06, stretch: 0.03, limit: 0.02 },
  'broadcast-10k-w1': { reachable: 0.68, stretch: 0.57, limit: 0.34 },
  'broadcast-10k-w8': { reachable: 0.18, stretch: 0.13, limit: 0.1 },
};

function broadcast(size: string, window: number): LoadRow {
  const name = `broadcast-${size}-w${window}`;
  const flight = window === 1 ? 'alone' : `${window} in flight`;
  const goal = GOALS[name];
  return {
    name,
    title: `broadcast to ${size}, ${flight}`,
    unit: 'µs CPU / delivery',
    load: { kind: 'b', window },
    ...(goal && { goal }),
  };
}

const TO_1K: readonly LoadRow[] = [
  {
    name: 'mix',
    title: '10 % broadcasts to 1k, 90 % unicasts, 32 in flight',
    unit: 'µs CPU / delivery',
    load: { kind: 'm', window: 32, share: 10 },
    goal: { reachable: 0.33, stretch: 0.18, limit: 0.15 },
  },
  {
    name: 'broadcast-1k-16kb',
    title: 'broadcast to 1k, 16 KB, 8 in flight',
    unit: 'µs CPU / delivery',
    load: { kind: 'b', window: 8, size: 16_384 },
  },
  {
    name: 'lone-broadcast-1k',
    title: 'broadcast to 1k, 20 a second',
    unit: 'ms p50',
    load: { kind: 'o', broadcasts: 20 },
    goal: { reachable: 1, stretch: 1 },
  },
];

const TO_5K: readonly LoadRow[] = [
  {
    name: 'unicast',
    title: 'to one of 5k users, 64 in flight',
    unit: 'µs CPU / message',
    load: { kind: 'u', window: 64 },
    goal: { reachable: 0.4, stretch: 0.22, limit: 0.1 },
  },
  {
    name: 'pair',
    title: 'to two of 5k users, 64 in flight',
    unit: 'µs CPU / message',
    load: { kind: 'p', window: 64 },
    goal: { reachable: 0.42, stretch: 0.26, limit: 0.15 },
  },
  {
    name: 'not-here',
    title: 'to users who are not here, 64 in flight',
    unit: 'µs CPU / message',
    load: { kind: 'n', window: 64 },
    goal: { reachable: 0.35, stretch: 0.19, limit: 0.08 },
  },
  {
    name: 'unicast-16kb',
    title: 'to one of 5k users, 16 KB, 64 in flight',
    unit: 'µs CPU / message',
    load: { kind: 'u', window: 64, size: 16_384 },
  },
  {
    name: 'lone-unicast',
    title: 'to one of 5k users, 2,000 a second',
    unit: 'ms p50',
    load: { kind: 'o', unicasts: 2000 },
    goal: { reachable: 1, stretch: 1 },
  },
];

const TO_10K: readonly LoadRow[] = [
  {
    name: 'behind-broadcast',
    title: 'unicasts, 200 a second, during broadcasts to 10k, 2 a second',
    unit: 'ms p99',
    load: { kind: 'o', broadcasts: 2, unicasts: 200 },
  },
];

const MORE: Readonly<Record<string, readonly LoadRow[]>> = { '1k': TO_1K, '5k': TO_5K, '10k': TO_10K };

/** Messages to crowds of websocket clients. */
export function fanOut(field: Field): LoadContest[] {
  return SIZES.map(({ clients, name }) => {
    const rows = [...WINDOWS.map((window) => broadcast(name, window)), ...(MORE[name] ?? [])];
    return {
      entrants: entrantsOf(field, { clients: Math.min(clients, field.mostClients) }),
      rows: field.quick ? rows.filter((row) => !SLOW.has(row.name)) : rows,
    };
  });
}
