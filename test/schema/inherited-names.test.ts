import { describe, expect, test } from 'vitest';
import { brokenRules } from '../../src/schema/broken-rules.ts';
import { createPayloadSchemas } from '../../src/schema/payload-schemas.ts';

const NAMES = Object.getOwnPropertyNames(Object.prototype).filter((name) => name !== '__proto__');

describe.each(NAMES)('a property called %s', (name) => {
  const common = { uri: 'file:///common.json', json: { type: 'object', properties: { [name]: { type: 'string' } } } };
  const main = {
    uri: 'file:///main.json',
    json: {
      type: 'object',
      properties: { [name]: { type: 'integer' }, inner: { $ref: 'common.json' } },
      dependentRequired: { [name]: ['inner'] },
    },
  };
  const files = new Map([main, common].map((file) => [file.uri, file]));
  const { check } = createPayloadSchemas().compile(main, files);

  test('is absent from a message without it', () => {
    expect(check?.({})).toBeUndefined();
    expect(check?.({ inner: {} })).toBeUndefined();
    expect(brokenRules({ inner: {} }, main, files)).toEqual([]);
  });

  test('is checked where a message has it', () => {
    expect(check?.({ [name]: 7, inner: { [name]: 'seven' } })).toBeUndefined();
    expect(check?.({ [name]: 'seven', inner: {} })).toContain('must be integer');
    expect(check?.({ [name]: 7 })).toContain('must have property inner');
    expect(check?.({ inner: { [name]: 7 } })).toContain('must be string');
  });

  test('is missing where it is required', () => {
    const strict = { uri: 'file:///strict.json', json: { type: 'object', required: [name] } };
    const required = new Map([[strict.uri, strict]]);
    const compiled = createPayloadSchemas().compile(strict, required);
    expect(compiled.check?.({})).toContain('must have required property');
    expect(compiled.check?.({ [name]: null })).toBeUndefined();
    expect(brokenRules({}, strict, required)).toHaveLength(1);
  });
});
