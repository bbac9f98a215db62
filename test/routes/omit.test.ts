import { Ajv2020 } from 'ajv/dist/2020.js';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseField } from '../../src/config/routes/field.ts';
import { compileShaping } from '../../src/routes/payload.ts';
import { valueAt } from '../../src/schema/json.ts';
import { mayCrossList } from '../../src/schema/list-on-path.ts';
import { toPointer } from '../../src/schema/pointer.ts';

const KEYS = ['a', 'b', '0', '1', 'a/b', '~', '__proto__', ''];
const key = fc.constantFrom(...KEYS);
const path = fc.array(key, { minLength: 1, maxLength: 3 });

/** Schemas that say much, little or nothing of where lists are. */
const { schema } = fc.letrec<{ schema: object; members: object }>((tie) => ({
  schema: fc.oneof(
    { maxDepth: 4 },
    fc.constant({}),
    fc.record({ type: fc.constant('object'), properties: tie('members') }),
    fc.record({ type: fc.constant('array'), items: tie('schema') }),
    fc.record({ type: fc.constant('array'), prefixItems: fc.tuple(tie('schema'), tie('schema')) }),
    fc.record({ type: fc.constant(['object', 'array']), properties: tie('members'), items: tie('schema') }),
    fc.record({ properties: tie('members') }),
    fc.record({ anyOf: fc.tuple(tie('schema'), tie('schema')) }),
    fc.record({ allOf: fc.tuple(tie('schema')), properties: tie('members') }),
    fc.constant({ $ref: '#/$defs/list' }),
    fc.constant({ $ref: '#/$defs/object' }),
  ),
  members: fc.dictionary(fc.constantFrom('a', 'b', '0', '1', 'a/b', '~'), tie('schema'), { maxKeys: 4 }),
}));
const $defs = { list: { type: 'array' }, object: { type: 'object', properties: { 0: { type: 'object' } } } };

const { value } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constant(null),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.array(fc.tuple(key, tie('value')), { maxLength: 4 }).map((pairs) => Object.fromEntries(pairs)),
  ),
}));
const message = fc.array(fc.tuple(key, value), { maxLength: 5 }).map((pairs) => Object.fromEntries(pairs));

/** Each null becomes a text that stands nowhere else. */
function marked(text: string): string {
  let count = 0;
  return text.replaceAll('null', () => `"@${(count += 1)}@"`);
}

const marksIn = (json: unknown): string[] => (JSON.stringify(json) ?? '').match(/@\d+@/g) ?? [];

test('what check lets omit name is not in the payload of any valid message, and all else is', () => {
  let omitted = 0;
  fc.assert(
    fc.property(schema, message, path, fc.nat(3), (root, found, at, indent) => {
      const file = { uri: 'file:///s.json', json: { ...root, $defs } };
      fc.pre(!mayCrossList(file, new Map([[file.uri, file]]), at));
      fc.pre(new Ajv2020({ strict: false, meta: false, validateSchema: false }).validate(file.json, found));

      const text = marked(JSON.stringify(found, null, indent));
      const published: unknown = JSON.parse(text);
      const payload = compileShaping({ kind: 'omit', fields: [parseField(toPointer(at))] })(text);

      expect(valueAt(JSON.parse(payload), at)).toBeUndefined();
      const gone = marksIn(valueAt(published, at));
      expect(marksIn(payload)).toEqual(marksIn(text).filter((mark) => !gone.includes(mark)));
      omitted += gone.length;
    }),
    { numRuns: 300 },
  );
  expect(omitted).toBeGreaterThan(10);
}, 60_000);
