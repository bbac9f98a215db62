import { expect, test } from 'vitest';
import { createPayloadSchemas } from '../../src/schema/payload-schemas.ts';

test('each pattern of a load is enforced, not only the first', () => {
  const compile = (uri: string, a: string, b: string) => {
    const main = {
      uri,
      json: { type: 'object', properties: { a: { type: 'string', pattern: a }, b: { type: 'string', pattern: b } } },
    };
    return schemas.compile(main, new Map([[uri, main]])).check;
  };
  const schemas = createPayloadSchemas();
  const first = compile('file:///first.json', '^a$', '^b$');
  const second = compile('file:///second.json', '^c$', '^a$');

  expect(first?.({ a: 'a', b: 'b' })).toBeUndefined();
  expect(first?.({ a: 'a', b: 'a' })).toContain('pattern');
  expect(second?.({ a: 'c', b: 'a' })).toBeUndefined();
  expect(second?.({ a: 'a', b: 'a' })).toContain('pattern');
});
