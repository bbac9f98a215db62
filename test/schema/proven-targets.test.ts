import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { USER_IDS } from '../../src/routes/user-id.ts';
import { createAjv } from '../../src/schema/payload-schemas.ts';
import { evaluateTargetField } from '../../src/schema/target-field.ts';

const VALUES = [1, 7, '8', null, true, {}, [3], [null]] as const;

const leaf = fc.constantFrom<object | boolean>(
  { type: 'integer', minimum: 1 },
  { enum: ['8', '9'] },
  { type: 'null' },
  { type: 'object' },
  { type: 'array', items: { type: 'integer', minimum: 1 } },
  { enum: [1, '8'] },
  {},
  true,
  false,
);

const { message } = fc.letrec<{ message: object; field: object | boolean }>((tie) => ({
  field: fc.oneof(
    { maxDepth: 3 },
    leaf,
    fc.array(tie('field'), { minLength: 1, maxLength: 2 }).map((anyOf) => ({ anyOf })),
    fc.array(tie('field'), { minLength: 1, maxLength: 2 }).map((oneOf) => ({ oneOf })),
  ),
  message: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom({ required: ['u'] }, { required: ['x'] }, {}, { type: 'object', required: ['u'] }),
    tie('field').map((u) => ({ required: ['u'], properties: { u } })),
    tie('field').map((u) => ({ properties: { u } })),
    fc.array(tie('message'), { minLength: 1, maxLength: 2 }).map((anyOf) => ({ anyOf })),
    fc.array(tie('message'), { minLength: 1, maxLength: 2 }).map((oneOf) => ({ oneOf })),
    fc.array(tie('message'), { minLength: 1, maxLength: 3 }).map((allOf) => ({ allOf })),
    fc.tuple(tie('message'), tie('message')).map(([condition, otherwise]) => ({ if: condition, else: otherwise })),
  ),
}));

const MESSAGES = [{}, { x: 1 }, ...VALUES.flatMap((u) => [{ u }, { u, x: 1 }])];

function idsIn(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [value];
}

test.each(['uint64', 'text'] as const)(
  'a target that is proven to hold %s ids holds them in every message that the schema takes',
  (ids) => {
    const ajv = createAjv({ strict: false, validateSchema: false });
    let proven = 0;
    fc.assert(
      fc.property(message, (json) => {
        const main = { uri: 'file:///a.json', json };
        const files = new Map([[main.uri, main]]);
        if (evaluateTargetField(main, files, ['u'], { optional: false, ids }).kind !== 'proven') return;
        proven += 1;
        const valid = MESSAGES.filter((one) => ajv.validate(json, one));
        for (const one of valid)
          expect(idsIn('u' in one ? one.u : undefined).map(USER_IDS[ids].parse)).not.toContain(undefined);
      }),
      { numRuns: 1500 },
    );
    expect(proven).toBeGreaterThan(10);
  },
);
