import { PLAIN_WS } from '../contenders.ts';
import type { LoadRow } from '../rows.ts';
import { entrantsOf, type Field, type LoadContest } from '../contest.ts';

const ROWS: readonly LoadRow[] = [
  {
    name: 'polling-broadcast-w1',
    title: 'broadcast to 500 long-polling clients, alone',
    unit: 'µs CPU / delivery',
    load: { kind: 'b', window: 1 },
  },
  {
    name: 'polling-broadcast-w8',
    title: 'broadcast to 500 long-polling clients, 8 in flight',
    unit: 'µs CPU / delivery',
    load: { kind: 'b', window: 8 },
  },
  {
    name: 'polling-unicast',
    title: 'to one of 500 long-polling users, 64 in flight',
    unit: 'µs CPU / message',
    load: { kind: 'u', window: 64 },
  },
];

/** Each client has one request open, and asks anew after each answer. */
export function longPolling(field: Field): LoadContest {
  const references = field.references.filter((reference) => reference !== PLAIN_WS);
  const crowd = { clients: Math.min(500, field.mostClients), polling: true };
  const rows = ROWS.filter(({ name }) => !field.quick || name === 'polling-broadcast-w1');
  return { entrants: entrantsOf({ ...field, references }, crowd), rows };
}
