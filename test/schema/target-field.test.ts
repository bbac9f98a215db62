import { expect, test } from 'vitest';
import { isRequired, judgeTargetField } from '../../src/schema/target-field.ts';

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
  expect(judgeTargetField(main, files, ['id'], false)).toEqual({ kind: 'unproven' });
  expect(isRequired(main, files, 'id')).toBe(true);
});
