import { expect, test } from 'vitest';
import { passes } from '../../console/src/feed/filter.ts';

const line = { at: '', channel: 'bids', bytes: 1 };
const TAKEN = { ...line, outcomes: [{ route: 'sold', outcome: 'delivered' as const }], passedOver: ['open'] };
const PASSED = { ...line, outcomes: [], passedOver: ['sold', 'open'] };
const PLAIN = { ...line, outcomes: [{ route: 'sold', outcome: 'dropped' as const }] };

test.each([
  ['', '', [true, true, true]],
  ['sold', '', [true, true, true]],
  ['open', '', [false, true, false]],
  ['', 'delivered', [true, false, false]],
  ['', 'passed-over', [true, true, false]],
  ['open', 'passed-over', [true, true, false]],
  ['sold', 'passed-over', [false, true, false]],
  ['sold', 'dropped', [false, false, true]],
])('the filter of route "%s" and outcome "%s" shows %j', (route, outcome, shown) => {
  expect([TAKEN, PASSED, PLAIN].map((one) => passes(one, { route, outcome }))).toEqual(shown);
});
