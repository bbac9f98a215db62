import { expect, test } from 'vitest';
import { stageDispatch } from './stage.ts';

const SCHEMA = {
  type: 'object',
  properties: { a: { type: 'integer' }, b: { type: 'integer' }, list: { type: 'array', items: { type: 'integer' } } },
};
/** What a route on `channel` says, and what it makes of `MESSAGE`. */
const ROUTES: readonly [says: string, rooms: readonly string[], payload: string][] = [
  ['target: { user: "a?" }', ['user:1'], '{"a":1,"b":2,"list":[3,4]}'],
  ['target: { user: "b?" }', ['user:2'], '{"a":1,"b":2,"list":[3,4]}'],
  ['target: { users: ["a?", "b?"] }', ['user:1', 'user:2'], '{"a":1,"b":2,"list":[3,4]}'],
  ['target: { users: ["list?"] }', ['user:3', 'user:4'], '{"a":1,"b":2,"list":[3,4]}'],
  ['target: broadcast', ['audience:authenticated'], '{"a":1,"b":2,"list":[3,4]}'],
  ['target: broadcast\n    audience: anyone', ['audience:anyone'], '{"a":1,"b":2,"list":[3,4]}'],
  ['target: { user: "a?" }\n    map: { x: a }', ['user:1'], '{"x":1}'],
  ['target: { user: "a?" }\n    map: { x: b }', ['user:1'], '{"x":2}'],
  ['target: { user: "a?" }\n    omit: [b]', ['user:1'], '{"a":1,"list":[3,4]}'],
];
const MESSAGE = '{"a":1,"b":2,"list":[3,4]}';

// What routes have in common is compiled once: none may get what another one says.
test('routes that differ in one key each do what they configure, whatever message precedes', () => {
  const yaml = ROUTES.map(
    ([says], index) => `  route-${index}:
    channel: one
    event: event-${index}
    schema: ../any.json
    ${says}`,
  );
  const { receive, emitted } = stageDispatch(`version: 1\nroutes:\n${yaml.join('\n')}\n`, { any: SCHEMA });
  receive('one', MESSAGE);
  expect(emitted).toEqual(ROUTES.map(([, rooms, payload], index) => ({ rooms, event: `event-${index}`, payload })));
});
