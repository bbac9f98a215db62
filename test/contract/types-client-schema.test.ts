import { Ajv2020 } from 'ajv/dist/2020.js';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { CheckedEventRoute } from '../../src/config/routes/route-config.ts';
import { clientSchema } from '../../src/contract/schemas/whole-schema.ts';
import { without } from '../../src/routes/json-text.ts';
import { compileShaping } from '../../src/routes/payload.ts';
import { checkedContract } from './contract-tree.ts';

const MESSAGE = {
  allOf: [{ $ref: '#/$defs/base' }, { required: ['late'], properties: { late: { type: 'boolean' } } }],
  properties: {
    place: { description: 'Where.', $ref: 'parts.json#/$defs/place', required: ['zip'] },
    maybe: { type: ['object', 'null'], required: ['x'], properties: { x: { type: 'integer' } } },
    list: { type: 'array', minItems: 1, prefixItems: [{ type: 'integer' }], items: { $ref: '#/$defs/base' } },
    rates: { type: 'object', additionalProperties: { type: 'number' } },
    traceparent: { type: 'string' },
  },
  required: ['place', 'maybe', 'list'],
  if: { required: ['rates'] },
  else: { required: ['late'] },
  minProperties: 4,
  $defs: { base: { type: 'object', required: ['id'], properties: { id: { type: 'integer' }, next: { $ref: '#' } } } },
};
const PARTS = {
  $defs: {
    place: { type: 'object', required: ['city'], properties: { city: { type: 'string' }, zip: { type: 'string' } } },
  },
};

const optional = (fields: Record<string, fc.Arbitrary<unknown>>, required: string[]): fc.Arbitrary<object> =>
  fc.record(fields, { requiredKeys: required });
const base = optional({ id: fc.integer(), more: fc.string() }, ['id']);
const messages = optional(
  {
    id: fc.integer(),
    late: fc.boolean(),
    place: optional({ city: fc.string(), zip: fc.string(), more: fc.integer() }, ['city', 'zip']),
    maybe: fc.option(optional({ x: fc.integer() }, ['x'])),
    list: fc.tuple(fc.integer(), base),
    rates: fc.dictionary(fc.constantFrom('usd', 'eur'), fc.integer()),
    traceparent: fc.string(),
    undeclared: fc.string(),
  },
  ['id', 'late', 'place', 'maybe', 'list'],
);

const SHAPES: [string, object][] = [
  ['nothing', {}],
  ['omit of required fields, by reference and by allOf', { omit: ['id', 'late', 'rates'] }],
  ['omit inside other fields', { omit: ['/place/zip', '/place/city', '/maybe/x'] }],
  ['map of fields at all depths', { map: { a: 'id', b: '/place/city', c: '/maybe/x', d: '/list/0', e: '/list/1/id' } }],
  ['map of whole objects and undeclared ones', { map: { place: 'place', usd: '/rates/usd', what: 'undeclared' } }],
];

const { routes } = checkedContract({
  routes: Object.fromEntries(
    SHAPES.map(([, shape], index) => [
      `shape-${index}`,
      { event: `event-${index}`, schema: '../schemas/message.json', target: 'broadcast', ...shape },
    ]),
  ),
  schemas: { 'message.json': MESSAGE, 'parts.json': PARTS },
});

const routeOf = (wanted: string): CheckedEventRoute => {
  const route = routes.find(({ name }) => name === wanted);
  if (route?.kind !== 'event') throw new Error('each shape has its route');
  return route;
};
const schemaOf = (name: string): { properties?: unknown; required?: unknown } => clientSchema(routeOf(name));

describe('the schema that clients are shown is true of what they get, with', () => {
  test.each(SHAPES.map(([name], index) => [name, `shape-${index}`] as const))('%s', (_, name) => {
    const route = routeOf(name);
    const shape = compileShaping(route.shape);
    const valid = new Ajv2020({ strict: false }).compile(clientSchema(route));
    fc.assert(
      fc.property(messages, (message) => {
        const text = without(JSON.stringify(message), ['traceparent']);
        expect(route.check(JSON.parse(text))).toBeUndefined();
        const got: unknown = JSON.parse(shape(text));
        expect([valid(got), valid.errors, got]).toEqual([true, null, got]);
      }),
    );
  });
});

test('a mapped field is certain only where the message must have it, and all that holds it', () => {
  expect(schemaOf('shape-3').required).toEqual(['a', 'b', 'd']);
  expect(schemaOf('shape-4').required).toEqual(['place']);
});

test('the field of the trace context, and what is omitted, are not in the schema', () => {
  const fields = (name: string): string[] => {
    const { properties } = schemaOf(name);
    return Object.keys(typeof properties === 'object' ? { ...properties } : {});
  };
  expect(fields('shape-0')).toEqual(['place', 'maybe', 'list', 'rates']);
  expect(fields('shape-1')).toEqual(['place', 'maybe', 'list']);
  expect(JSON.stringify(schemaOf('shape-2').properties)).not.toContain('"zip"');
});
