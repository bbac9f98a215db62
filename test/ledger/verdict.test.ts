import { describe, expect, test } from 'vitest';
import type { Arrival, ClientHistory, Gap, Publication, Stay } from './history.ts';
import { judge, type Verdict } from './verdict.ts';

const RUN = 'this-run';

/** Numbers 1 to 10 for everyone, a second apart, from second 1 on. */
const EVERYONE = Array.from({ length: 10 }, (_, index): Publication => publication(index + 1));

function publication(number: number, over: Partial<Publication> = {}): Publication {
  const sentAt = number * 1000;
  return { number, route: 'everyone', to: undefined, sentAt, settledAt: sentAt + 5, outcome: 'ok', ...over };
}

function arrival(number: number, over: Partial<Arrival> = {}): Arrival {
  return { run: RUN, number, route: 'everyone', at: number * 1000 + 10, ...over };
}

/** Connected from second 0 on; the messages that it received, by number. */
function stay(numbers: readonly number[], over: Partial<Stay> = {}): Stay {
  return { since: 0, arrivals: numbers.map((number) => arrival(number)), ...over };
}

function verdictOf(stays: Stay[], publications = EVERYONE, gaps: Gap[] = []): Partial<Verdict> {
  const client: ClientHistory = { user: '7', stays, gaps, refusals: [] };
  const verdict = judge({ run: RUN, publications, clients: [client] });
  return Object.fromEntries(Object.entries(verdict).filter(([, count]) => count > 0));
}

const ALL = EVERYONE.map(({ number }) => number);
const without = (...numbers: number[]): number[] => ALL.filter((number) => !numbers.includes(number));

describe('a message that a client received is', () => {
  test('delivered', () => {
    expect(verdictOf([stay(ALL)])).toEqual({ delivered: 10 });
  });

  test('a duplicate the second time, on the same connection and on another', () => {
    expect(verdictOf([stay([...ALL, 10])])).toEqual({ delivered: 10, duplicate: 1 });
    expect(verdictOf([stay([1, 2, 3], { until: 3100 }), stay([3, 4, 5, 6, 7, 8, 9, 10], { since: 3200 })])).toEqual({
      delivered: 10,
      duplicate: 1,
    });
  });

  test('out of order behind a later one of its route, and not behind one of another', () => {
    expect(verdictOf([stay([1, 3, 2, 4, 5, 6, 7, 8, 9, 10])])).toEqual({ delivered: 10, outOfOrder: 1 });
    const other = [publication(1), publication(2, { route: 'some' })];
    expect(verdictOf([stay([], { arrivals: [arrival(2, { route: 'some' }), arrival(1)] })], other)).toEqual({
      delivered: 2,
    });
  });

  test('late more than a second after it was published', () => {
    const arrivals = ALL.map((number) => arrival(number, { at: number * 1000 + (number === 4 ? 1500 : 500) }));
    expect(verdictOf([stay([], { arrivals })])).toEqual({ delivered: 10, late: 1 });
  });

  test('misdelivered if it was for another user, or for no user', () => {
    const others = [publication(1, { route: 'some', to: ['8'] }), publication(2, { route: 'some', to: ['8', '7'] })];
    const arrivals = [1, 2, 3].map((number) => arrival(number, { route: 'some' }));
    expect(verdictOf([stay([], { arrivals })], others)).toEqual({ delivered: 1, misdelivered: 2 });
  });

  test('a stowaway if it is of another run', () => {
    expect(
      verdictOf([stay([], { arrivals: [...ALL.map((n) => arrival(n)), arrival(3, { run: 'earlier' })] })]),
    ).toEqual({ delivered: 10, stowaway: 1 });
  });
});

describe('a message that a client did not receive is missing', () => {
  test('in silence if the client was connected throughout', () => {
    expect(verdictOf([stay(without(4))])).toEqual({ delivered: 9, missingSilent: 1 });
    expect(verdictOf([stay(without(10))])).toEqual({ delivered: 9, missingSilent: 1 });
  });

  test('announced if a gap of its route and time was reported', () => {
    const gap = (from: number, to: number, routes = ['everyone']): Gap => ({ from, to, routes, reason: 'lost' });
    expect(verdictOf([stay(without(4))], EVERYONE, [gap(3500, 4500)])).toEqual({ delivered: 9, missingAnnounced: 1 });
    expect(verdictOf([stay(without(4))], EVERYONE, [gap(4004, 4500)])).toEqual({ delivered: 9, missingAnnounced: 1 });
    for (const other of [gap(4100, 4500), gap(3000, 3900), gap(3500, 4500, ['some'])])
      expect(verdictOf([stay(without(4))], EVERYONE, [other])).toEqual({ delivered: 9, missingSilent: 1 });
  });

  test('announced while the client was away, and knows it', () => {
    const stays = [stay([1, 2, 3], { until: 3500 }), stay([6, 7, 8, 9, 10], { since: 5500 })];
    expect(verdictOf(stays)).toEqual({ delivered: 8, missingAnnounced: 2 });
    expect(verdictOf([stay(ALL.slice(4), { since: 4500 })])).toEqual({ delivered: 6, missingAnnounced: 4 });
  });

  test('announced if it was among the last on a connection that ended', () => {
    const stays = [stay([1, 2, 3], { until: 5500 }), stay([6, 7, 8, 9, 10], { since: 5600 })];
    expect(verdictOf(stays)).toEqual({ delivered: 8, missingAnnounced: 2 });
  });

  test('in silence if a later one of its route arrived on the same connection', () => {
    const stays = [stay([1, 2, 4], { until: 4500 }), stay([5, 6, 7, 8, 9, 10], { since: 4600 })];
    expect(verdictOf(stays)).toEqual({ delivered: 9, missingSilent: 1 });
  });

  test('in silence if the connection stood for more than five seconds after it', () => {
    expect(verdictOf([stay([1], { until: 8500 }), stay([9, 10], { since: 8600 })])).toEqual({
      delivered: 3,
      missingSilent: 2,
      missingAnnounced: 5,
    });
  });

  test('only for the users it was for', () => {
    expect(verdictOf([stay([])], [publication(1, { to: ['8'] })])).toEqual({});
  });
});

describe('a message whose fate at Redis is not known', () => {
  test.each(['failed', 'unknown'] as const)('(%s) may arrive or not', (outcome) => {
    const publications = [publication(1), publication(2, { outcome })];
    expect(verdictOf([stay([1])], publications)).toEqual({ delivered: 1 });
    expect(verdictOf([stay([1, 2])], publications)).toEqual({ delivered: 2 });
  });
});

describe('a client', () => {
  test('that is not connected in the end is stranded', () => {
    expect(verdictOf([stay(ALL, { until: 10_500 })])).toEqual({ delivered: 10, stranded: 1 });
    expect(verdictOf([], [])).toEqual({ stranded: 1 });
  });
});
