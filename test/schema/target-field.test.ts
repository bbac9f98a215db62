import { expect, test } from 'vitest';
import { isRequired, evaluateTargetField } from '../../src/schema/target-field.ts';

// The verdicts themselves are in test/config/target-rows.ts.
test('a schema that leads back to itself is judged all the same', () => {
  const main = {
    uri: 'file:///a.json',
    json: {
      $ref: '#/$defs/a',
      $defs: {
        a: { allOf: [{ $ref: '#' }], required: ['id'], properties: { id: { $ref: '#/$defs/b' } } },
        b: { $ref: '#/$defs/b' },
      },
    },
  };
  const files = new Map([[main.uri, main]]);
  expect(evaluateTargetField(main, files, ['id'], { optional: false, ids: 'uint64' })).toEqual({ kind: 'unproven' });
  expect(isRequired(main, files, 'id')).toBe(true);
});

test('a union that leads back to itself proves what its other branches prove', () => {
  const id = { type: 'object', required: ['id'], properties: { id: { type: 'integer' } } };
  const verdict = (json: object): object => {
    const main = { uri: 'file:///a.json', json };
    return evaluateTargetField(main, new Map([[main.uri, main]]), ['id'], { optional: false, ids: 'uint64' });
  };
  expect(verdict({ anyOf: [{ $ref: '#' }, id] })).toEqual({ kind: 'unproven' });
  expect(verdict({ ...id, anyOf: [{ $ref: '#' }, {}] })).toEqual({ kind: 'proven' });
});
