import { GOOD_ROUTE, ifThen, type Expected, type Row, type Tree } from './tree.ts';

type Verdict = 'proven' | Expected[0];

/** A target, a schema, and what is said of the two: nothing, or one code with a part of the message. */
type TargetRow = readonly [
  name: string,
  target: string,
  schema: object,
  verdict: Verdict,
  words?: string,
  files?: Tree,
];

const INTEGER = { type: 'integer' };
/** Of a user who may be nobody. */
const MAYBE = { type: ['integer', 'null'] };
const user = (user_id: unknown, rest: object = {}): object => ({
  type: 'object',
  required: ['user_id'],
  properties: { user_id },
  ...rest,
});
const data = (schema: unknown, rest: object = {}): object => ({
  type: 'object',
  required: ['data'],
  properties: { data: schema },
  ...rest,
});
const users = (schema: object): object => user({ type: 'array', items: schema });
const COMMON: Tree = {
  'schemas/b.json': JSON.stringify({
    $defs: { id: { type: ['integer', 'string'] }, either: { anyOf: [INTEGER, { type: 'string' }] } },
  }),
};

const TABLE: readonly TargetRow[] = [
  ['an integer', 'user_id', user(INTEGER), 'proven'],
  ['a text', 'user_id', user({ type: 'string' }), 'proven'],
  ['either', 'user_id', user({ type: ['integer', 'string'] }), 'proven'],
  ['an array of ids', 'user_id', users(INTEGER), 'proven'],
  ['an id or an array of ids', 'user_id', user({ type: ['integer', 'array'], items: { type: 'string' } }), 'proven'],
  ['ids in the first places', 'user_id', user({ type: 'array', prefixItems: [INTEGER], items: INTEGER }), 'proven'],
  ['a tuple of ids and no more', 'user_id', user({ type: 'array', prefixItems: [INTEGER], items: false }), 'proven'],
  ['a fixed id', 'user_id', user({ const: 7 }), 'proven'],
  ['one of some ids', 'user_id', user({ enum: [7, '8'] }), 'proven'],
  ['null excluded by enum', 'user_id', user({ type: ['integer', 'null'], enum: [1, 2] }), 'proven'],

  ['an undeclared field', 'owner', user(INTEGER), 'target-undeclared', 'declared are user_id'],
  ['a misspelt field', 'usr_id', user(INTEGER), 'target-undeclared', 'did you mean "user_id"?'],
  ['nothing declared', 'user_id', { type: 'object' }, 'target-undeclared', 'declare it in properties'],
  ['declared by name only', 'user_id', { type: 'object', required: ['user_id'] }, 'target-undeclared'],
  ['undeclared but optional', 'owner?', user(INTEGER), 'target-undeclared', 'declared are user_id'],
  ['a pointer where a name is meant', '/user_id/id', user(INTEGER), 'target-undeclared'],
  [
    'a name with a slash is taken literally',
    'data/user_id',
    data(user(INTEGER)),
    'target-undeclared',
    'declared are data',
  ],

  ['not required', 'user_id', user(INTEGER, { required: [] }), 'target-not-required', 'or write "user_id?"'],
  ['not required but optional', 'user_id?', user(MAYBE, { required: [] }), 'proven'],
  ['required and optional', 'user_id?', user(MAYBE), 'proven'],
  [
    'optional, and 0 is no value',
    'user_id?',
    user({ ...MAYBE, minimum: 1 }),
    'target-zeros',
    'refuses 0, which publishers write',
  ],
  [
    'optional, and above 0',
    'user_id?',
    user({ ...MAYBE, exclusiveMinimum: 0 }),
    'target-zeros',
    'refuses 0, which publishers write',
  ],
  ['optional, and null is no value', 'user_id?', user(INTEGER), 'target-zeros', 'refuses null, which publishers write'],
  [
    'optional, and no zero text',
    'user_id?',
    user({ type: ['string', 'null'], pattern: '^[1-9]' }),
    'target-zeros',
    'refuses "", "0", which publishers write',
  ],
  [
    'optional, and no empty text',
    'user_id?',
    user({ type: ['string', 'null'], minLength: 1 }),
    'target-zeros',
    'refuses "", which publishers write',
  ],
  ['optional, and all zeros in branches', 'user_id?', user({ anyOf: [MAYBE, { type: 'string' }] }), 'proven'],
  ['optional, a list or null', 'user_id?', user({ type: ['array', 'null'], items: MAYBE }), 'proven'],
  ['null where it may be absent', 'user_id?', user({ type: ['integer', 'null'] }), 'proven'],

  [
    'null',
    'user_id',
    user({ type: ['integer', 'null'] }),
    'target-not-ids',
    'may be of type null, which is not a user id',
  ],
  ['a number', 'user_id', user({ type: 'number' }), 'target-not-ids', 'of type number'],
  ['a boolean', 'user_id', user({ type: 'boolean' }), 'target-not-ids', 'of type boolean'],
  ['a map', 'user_id', user({ type: 'object' }), 'target-not-ids', 'of type object'],
  [
    'a map where it may be absent',
    'user_id?',
    user({ type: 'object' }),
    'target-not-ids',
    'target field "user_id" may be',
  ],
  ['a fixed fraction', 'user_id', user({ const: 1.5 }), 'target-not-ids', 'of type number'],
  [
    'a tuple with null',
    'user_id',
    user({ type: 'array', prefixItems: [INTEGER, { type: 'null' }], items: INTEGER }),
    'target-not-ids',
    'of type null',
  ],
  ['an array of maps', 'user_id', users({ type: 'object' }), 'target-not-ids', 'of type object'],
  ['an array with null', 'user_id', users(MAYBE), 'target-not-ids', 'of type null'],
  ['an array of arrays', 'user_id', users({ type: 'array', items: INTEGER }), 'target-not-ids', 'array of arrays'],

  ['a tuple of ids and more', 'user_id', user({ type: 'array', prefixItems: [INTEGER] }), 'target-unproven'],
  ['any value', 'user_id', user({}), 'target-unproven', 'the schema does not prove'],
  ['true', 'user_id', user(true), 'target-unproven'],
  ['an array of anything', 'user_id', user({ type: 'array' }), 'target-unproven'],
  ['anyOf ids', 'user_id', user({ anyOf: [INTEGER, { type: 'string' }] }), 'proven'],
  ['anyOf ids, in another file', 'user_id', user({ $ref: 'b.json#/$defs/either' }), 'proven', '', COMMON],
  ['declared in anyOf', 'user_id', { type: 'object', anyOf: [user(INTEGER)] }, 'proven'],
  ['declared in each branch', 'user_id', { oneOf: [user(INTEGER), user({ type: 'string' })] }, 'proven'],
  ['declared in one branch of two', 'user_id', { oneOf: [user(INTEGER), data(INTEGER)] }, 'target-unproven'],
  ['declared in no branch', 'usr_id', { oneOf: [user(INTEGER), data(INTEGER)] }, 'target-undeclared', 'user_id'],
  ['required in one branch only', 'user_id', { anyOf: [user(INTEGER), data(INTEGER)] }, 'target-unproven'],
  [
    'required by each branch, declared beside them',
    'user_id',
    user(INTEGER, { required: [], oneOf: [{ required: ['user_id', 'a'] }, { required: ['user_id', 'b'] }] }),
    'proven',
  ],
  [
    'unions in a union, through $ref',
    'user_id',
    {
      anyOf: [{ $ref: '#/$defs/a' }, { oneOf: [user(INTEGER), { allOf: [{ $ref: '#/$defs/a' }] }] }],
      $defs: { a: user(INTEGER) },
    },
    'proven',
  ],
  [
    'two unions, of which one requires and one declares',
    'user_id',
    {
      type: 'object',
      oneOf: [
        { type: 'object', required: ['user_id'] },
        { type: 'object', required: ['user_id', 'b'] },
      ],
      anyOf: [user(INTEGER, { required: [] }), user({ type: 'string' }, { required: [] })],
    },
    'proven',
  ],
  ['an id or a map, by branches', 'user_id', user({ anyOf: [INTEGER, { type: 'object' }] }), 'target-unproven'],
  ['a map in each branch', 'user_id', user({ anyOf: [{ type: 'object' }, { type: 'object' }] }), 'target-not-ids'],
  ['an id or null, optional', 'user_id?', user({ oneOf: [INTEGER, { type: 'null' }] }), 'proven'],
  ['an id or null', 'user_id', user({ oneOf: [INTEGER, { type: 'null' }] }), 'target-unproven'],
  ['a list of ids of two kinds', 'user_id', users({ anyOf: [INTEGER, { type: 'string' }] }), 'proven'],
  [
    'a branch that no message is in',
    'user_id',
    user(INTEGER, { required: [], anyOf: [{ type: 'null' }, { required: ['user_id'] }] }),
    'proven',
  ],
  [
    'by then and else',
    'user_id',
    user(INTEGER, {
      required: [],
      ...ifThen({ required: ['x'] }, { required: ['user_id'] }),
      else: { required: ['user_id'] },
    }),
    'proven',
  ],
  ['by if and else', 'user_id', { if: user(INTEGER), else: user({ type: 'string' }) }, 'proven'],
  [
    'in an object of each branch',
    '/data/user_id',
    { oneOf: [data(user(INTEGER)), data(user({ type: 'string' }))] },
    'proven',
  ],
  [
    'optional, and not allowed in the other branch',
    'user_id?',
    { oneOf: [user(MAYBE), { ...data(INTEGER), additionalProperties: false }] },
    'proven',
  ],
  [
    'more unions than are looked through',
    'user_id',
    { allOf: Array.from({ length: 8 }, () => ({ anyOf: [user(INTEGER), user({ type: 'string' })] })) },
    'target-unproven',
  ],
  [
    'required by a condition',
    'user_id',
    user(INTEGER, { required: [], ...ifThen({ required: ['x'] }, { required: ['user_id'] }) }),
    'target-unproven',
  ],
  [
    'required by a condition, of a wrong type',
    'user_id',
    user({ type: 'boolean' }, { required: [], oneOf: [{ required: ['user_id'] }] }),
    'target-not-ids',
  ],
  ['a type beside anyOf', 'user_id', user({ type: 'integer', anyOf: [{ minimum: 1 }] }), 'proven'],
  [
    'named by a pattern',
    'user_id',
    { type: 'object', required: ['user_id'], patternProperties: { '^user': INTEGER } },
    'target-unproven',
  ],

  ['through $ref', 'user_id', user({ $ref: '#/$defs/id' }, { $defs: { id: INTEGER } }), 'proven'],
  [
    'through $ref to null',
    'user_id',
    user({ $ref: '#/$defs/id' }, { $defs: { id: { type: 'null' } } }),
    'target-not-ids',
    'of type null',
  ],
  [
    'through an $anchor',
    'user_id',
    user({ $ref: '#id' }, { $defs: { id: { $anchor: 'id', type: 'integer' } } }),
    'proven',
  ],
  ['through another file', 'user_id', user({ $ref: 'b.json#/$defs/id' }), 'proven', '', COMMON],
  ['through a $ref of the whole', 'user_id', { $ref: '#/$defs/event', $defs: { event: user(INTEGER) } }, 'proven'],
  [
    'through allOf',
    'user_id',
    {
      allOf: [
        { type: 'object', properties: { user_id: INTEGER } },
        { type: 'object', required: ['user_id'] },
      ],
    },
    'proven',
  ],
  [
    'through $ref in allOf',
    'user_id',
    { type: 'object', allOf: [{ $ref: '#/$defs/event' }], $defs: { event: user(INTEGER) } },
    'proven',
  ],
  [
    'narrowed by allOf',
    'user_id',
    user({ type: ['integer', 'null'], allOf: [{ type: ['integer', 'string'] }] }),
    'proven',
  ],
  [
    'through recursion',
    'user_id',
    user(INTEGER, { properties: { user_id: INTEGER, parent: { $ref: '#' } } }),
    'proven',
  ],
  [
    'down a recursion',
    '/parent/parent/user_id?',
    user(INTEGER, { properties: { user_id: MAYBE, parent: { $ref: '#' } } }),
    'proven',
  ],

  ['a pointer', '/data/user_id', data(user(INTEGER)), 'proven'],
  [
    'a pointer to a name with a slash',
    '/a~1b',
    { type: 'object', required: ['a/b'], properties: { 'a/b': INTEGER } },
    'proven',
  ],
  ['a pointer through a $ref', '/data/user_id', data({ $ref: '#/$defs/d' }, { $defs: { d: user(INTEGER) } }), 'proven'],
  ['a pointer to nothing', '/data/usr_id', data(user(INTEGER)), 'target-undeclared', 'did you mean "user_id"?'],
  [
    'a parent that is not required',
    '/data/user_id',
    data(user(INTEGER), { required: [] }),
    'target-not-required',
    'require it and the objects that hold it',
  ],
  [
    'a parent that may be null',
    '/data/user_id',
    data({ ...user(INTEGER), type: ['object', 'null'] }),
    'target-not-required',
  ],
  [
    'a parent that may be null, optional',
    '/data/user_id?',
    data({ ...user(MAYBE), type: ['object', 'null'] }),
    'proven',
  ],
  ['a place in a list', '/data/0/user_id', data({ type: 'array', minItems: 1, items: user(INTEGER) }), 'proven'],
  [
    'a place in a list that may be shorter',
    '/data/1',
    data({ type: 'array', minItems: 1, items: INTEGER }),
    'target-not-required',
  ],
  [
    'a place in a tuple',
    '/data/1',
    data({ type: 'array', minItems: 2, prefixItems: [{ type: 'null' }, INTEGER] }),
    'proven',
  ],
  [
    'a property called like a number',
    '/data/0',
    data({ type: 'object', required: ['0'], properties: { '0': INTEGER } }),
    'proven',
  ],
  ['a property of a list', '/data/user_id', data({ type: 'array', items: user(INTEGER) }), 'target-undeclared'],
];

export const TARGET_ROWS: readonly Row[] = TABLE.map(([name, target, schema, verdict, words = '', files = {}]) => [
  `${target}: ${name}`,
  { routes: GOOD_ROUTE.replace('user_id }', `"${target}" }`), schema, files },
  verdict === 'proven' ? [] : [[verdict, `routes@"${target}"`, words]],
]);

/** Several fields at once: each is told where it stands. */
export const TARGET_LIST_ROWS: readonly Row[] = [
  [
    'user_id: a message is an object, though its schema does not say so',
    { schema: { required: ['user_id'], properties: { user_id: INTEGER } } },
    [['schema-loose', 'schema:1:1', 'add "type": "object"']],
  ],
  [
    '/data/user_id: a parent of any type',
    {
      routes: GOOD_ROUTE.replace('user_id }', '/data/user_id }'),
      schema: data({ required: ['user_id'], properties: { user_id: INTEGER } }),
    },
    [
      ['target-unproven', 'routes@/data', 'the schema does not prove'],
      ['schema-loose', 'schema@"data": {', 'add "type": "object"'],
    ],
  ],
  [
    'users: each field where it stands',
    {
      routes: GOOD_ROUTE.replace('user: user_id', 'users: [user_id, owner, "late?", /data/x, flag]'),
      schema: user(INTEGER, {
        properties: {
          user_id: INTEGER,
          late: MAYBE,
          data: { type: 'object', properties: { x: INTEGER } },
          flag: { type: 'boolean' },
        },
        required: ['user_id', 'flag'],
      }),
    },
    [
      ['target-undeclared', 'routes@owner', 'target field "owner"'],
      ['target-not-required', 'routes@/data/x', 'target field "/data/x"'],
      ['target-not-ids', 'routes@flag', 'target field "flag"'],
    ],
  ],
  [
    'users: the same field twice',
    { routes: GOOD_ROUTE.replace('user: user_id', 'users: [user_id, user_id]') },
    [['wrong-value', 'routes:6:32', 'as item 1']],
  ],
  [
    'users: one field without a list',
    { routes: GOOD_ROUTE.replace('user: user_id', 'users: user_id') },
    [['wrong-value', 'routes@user_id', 'Fields that hold one user id']],
  ],
];
