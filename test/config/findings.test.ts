import { describe, expect, test } from 'vitest';
import { loadRoutes } from '../../src/config/routes/load-routes.ts';
import { NAME_ROWS, ROUTES_ROWS, TARGET_KEY_ROWS } from './routes-rows.ts';
import { GOOD_SCHEMA_ROWS, SCHEMA_ROWS } from './schema-rows.ts';
import { MESSAGE_ROWS } from './message-rows.ts';
import { STREAM_ROWS } from './stream-rows.ts';
import { TARGET_LIST_ROWS, TARGET_ROWS } from './target-rows.ts';
import { compare, plant, treeOf, type Row } from './tree.ts';

function tell(_: string, input: Row[1], expected: Row[2]): void {
  const root = plant(treeOf(input));
  const { config, findings } = loadRoutes(`${root}/config/routes.yaml`);

  const { found, wanted } = compare(root, findings, expected);
  expect(found).toEqual(wanted);
  expect(config === undefined).toBe(findings.some(({ severity }) => severity === 'error'));
  expect(Object.prototype).not.toHaveProperty('polluted');
}

describe('all findings of a routes file are reported', () => {
  test.each(ROUTES_ROWS)('%s', tell);
});
describe('envelopes of routes, and payload, are held against the schema', () => {
  test.each(MESSAGE_ROWS)('%s', tell);
});
describe('a key under target that there is not says what can be done', () => {
  test.each(TARGET_KEY_ROWS)('%s', tell);
});
describe('names that a template or an editor spoiled are reported', () => {
  test.each(NAME_ROWS)('%s', tell);
});
describe('all findings of a durable route are reported', () => {
  test.each(STREAM_ROWS)('%s', tell);
});
describe('all findings of schemas are reported', () => {
  test.each(SCHEMA_ROWS)('%s', tell);
});
describe('ordinary files have no findings', () => {
  test.each(GOOD_SCHEMA_ROWS)('%s', tell);
});
describe('a target is held against its schema', () => {
  test.each([...TARGET_ROWS, ...TARGET_LIST_ROWS])('%s', tell);
});
