import type { Party } from '../../src/contract/diff/change.ts';
import type { Contract } from './contract-tree.ts';

const TRADE = {
  type: 'object',
  required: ['buyer', 'seller', 'state', 'price', 'place'],
  properties: {
    buyer: { $ref: 'parts.json#/$defs/id' },
    seller: { $ref: 'parts.json#/$defs/id' },
    watchers: { type: 'array', items: { $ref: 'parts.json#/$defs/id' } },
    state: { enum: ['open', 'settled'] },
    price: { description: 'In PSC.', type: 'number', minimum: 0 },
    place: { type: 'object', required: ['city'], properties: { city: { type: 'string' }, street: { type: 'string' } } },
    note: { type: 'string', maxLength: 100 },
    how: {
      oneOf: [
        { type: 'object', required: ['kind'], properties: { kind: { const: 'cash' } } },
        { type: 'object', required: ['kind'], properties: { kind: { const: 'card' }, bank: { type: 'string' } } },
      ],
    },
    tree: { $ref: '#/$defs/tree' },
  },
  $defs: {
    tree: { type: 'object', properties: { more: { type: 'array', items: { $ref: '#/$defs/tree' } } } },
  },
};

const PARTS = { $defs: { id: { type: ['integer', 'string'], minimum: 1 } } };

const ROUTES = {
  trades: {
    description: 'A trade was made.',
    channel: ['trades', 'trades-eu'],
    event: 'trade',
    schema: '../schemas/trade.json',
    target: { users: ['buyer', 'seller'] },
  },
  ticker: {
    event: 'tick',
    schema: '../schemas/trade.json',
    target: 'broadcast',
    map: { price: 'price', state: 'state' },
  },
  board: {
    event: 'board',
    schema: '../schemas/trade.json',
    target: 'broadcast',
    audience: 'anyone',
    omit: ['seller', '/place/street'],
    max_bytes: 1000,
  },
};

export const BEFORE: Contract = { routes: ROUTES, schemas: { 'trade.json': TRADE, 'parts.json': PARTS } };

type Routes = Record<keyof typeof ROUTES, Record<string, unknown>>;

function routes(change: Partial<Routes>): Contract {
  return { ...BEFORE, routes: { ...ROUTES, ...change } };
}

function trade(change: Record<string, unknown>): Contract {
  return { ...BEFORE, schemas: { ...BEFORE.schemas, 'trade.json': { ...TRADE, ...change } } };
}

function properties(change: Record<string, unknown>): Contract {
  return trade({ properties: { ...TRADE.properties, ...change } });
}

const { trades, ticker, board } = ROUTES;
const { max_bytes: _length, ...boardOfAnyLength } = board;
const { price: _price, ...noPrice } = TRADE.properties;
const { state: _state, ...withoutState } = TRADE.properties;

/** What was done, the contract after it, and a change that must be told: of which route, in which words, to whom. */
export type Row = readonly [string, Contract, string, string, readonly Party[]];

export const BREAKING: Row[] = [
  [
    'a route takes only some of its messages',
    routes({ trades: { ...trades, when: { state: 'settled' } } }),
    'trades',
    'when is state is "settled", and was not set',
    ['clients', 'publishers'],
  ],
  [
    'a route takes messages by a schema',
    routes({ trades: { ...trades, when: { matches: { required: ['note'] } } } }),
    'trades',
    'when is a schema, and was not set',
    ['clients', 'publishers'],
  ],
  [
    'an event is renamed',
    routes({ trades: { ...trades, event: 'traded' } }),
    'trades',
    'the event is renamed, and was trade',
    ['clients'],
  ],
  [
    'a route is removed',
    { ...BEFORE, routes: { trades, ticker } },
    'board',
    'the route is removed',
    ['clients', 'publishers'],
  ],
  [
    'a channel is renamed',
    routes({ trades: { ...trades, channel: ['trades', 'trades-us'] } }),
    'trades',
    'channel trades-eu is no longer read',
    ['publishers'],
  ],
  [
    'a field is removed',
    trade({ properties: noPrice, required: ['buyer', 'seller', 'state', 'place'] }),
    'trades',
    'field price is gone',
    ['clients'],
  ],
  [
    'a field becomes optional',
    trade({ required: ['buyer', 'seller', 'state', 'place'] }),
    'trades',
    'field price may be absent now',
    ['clients'],
  ],
  [
    'a field inside another becomes optional',
    properties({ place: { ...TRADE.properties.place, required: [] } }),
    'trades',
    'field place/city may be absent now',
    ['clients'],
  ],
  [
    'a new field is required',
    trade({ properties: { ...TRADE.properties, id: { type: 'integer' } }, required: [...TRADE.required, 'id'] }),
    'trades',
    'field id is new, and required',
    ['publishers'],
  ],
  [
    'a field that was optional is required',
    trade({ required: [...TRADE.required, 'note'] }),
    'trades',
    'field note is required now',
    ['publishers'],
  ],
  [
    'a type is replaced',
    properties({ price: { type: 'string' } }),
    'trades',
    'field price is string, and was number',
    ['clients', 'publishers'],
  ],
  [
    'a type is narrowed',
    properties({ price: { ...TRADE.properties.price, type: 'integer' } }),
    'trades',
    'field price may no longer be number',
    ['clients', 'publishers'],
  ],
  [
    'a type is narrowed in a file that others refer to',
    { ...BEFORE, schemas: { ...BEFORE.schemas, 'parts.json': { $defs: { id: { type: 'integer', minimum: 1 } } } } },
    'trades',
    'field watchers/* may no longer be string',
    ['clients', 'publishers'],
  ],
  [
    'a value is removed',
    properties({ state: { enum: ['open'] } }),
    'trades',
    'field state may no longer be "settled"',
    ['clients', 'publishers'],
  ],
  [
    'a limit is set tighter',
    properties({ note: { type: 'string', maxLength: 10 } }),
    'trades',
    'field note: maxLength is 10, and was 100',
    ['clients', 'publishers'],
  ],
  [
    'a pattern is added',
    properties({ note: { type: 'string', maxLength: 100, pattern: '^[a-z]*$' } }),
    'trades',
    'field note has a rule of pattern',
    ['clients', 'publishers'],
  ],
  [
    'an alternative is taken away',
    properties({ how: { oneOf: TRADE.properties.how.oneOf.slice(1) } }),
    'trades',
    'field how has an alternative less',
    ['clients', 'publishers'],
  ],
  [
    'undeclared fields are forbidden',
    trade({ additionalProperties: false }),
    'trades',
    'the payload may have no fields but those declared',
    ['publishers'],
  ],
  [
    'a target field is dropped',
    routes({ trades: { ...trades, target: { user: 'buyer' } } }),
    'trades',
    'target no longer names seller',
    ['clients'],
  ],
  [
    'an audience is closed',
    routes({ board: { ...board, audience: 'authenticated' } }),
    'board',
    'audience is closed to authenticated clients',
    ['clients'],
  ],
  [
    'a mapped field is dropped',
    routes({ ticker: { ...ticker, map: { price: 'price' } } }),
    'ticker',
    'field state is gone, for clients',
    ['clients'],
  ],
  [
    'a mapped field is renamed',
    routes({ ticker: { ...ticker, map: { price: 'price', status: 'state' } } }),
    'ticker',
    'field state is gone, for clients',
    ['clients'],
  ],
  [
    'another field is omitted',
    routes({ board: { ...board, omit: [...board.omit, 'price'] } }),
    'board',
    'field price is gone',
    ['clients'],
  ],
  [
    'a mapped field becomes optional in the message',
    trade({ required: ['buyer', 'seller', 'price', 'place'] }),
    'ticker',
    'field state may be absent now, for clients',
    ['clients'],
  ],
  [
    'a mapped broadcast becomes one for users',
    routes({ ticker: { ...ticker, target: { user: 'buyer' } } }),
    'ticker',
    'target is narrowed from a broadcast to users',
    ['clients'],
  ],
  [
    'users become a broadcast',
    routes({ trades: { ...trades, target: 'broadcast' } }),
    'trades',
    'target is widened from users to a broadcast',
    ['operators'],
  ],
];

export const RISKY: Row[] = [
  [
    'a route takes only shorter messages',
    routes({ trades: { ...trades, max_bytes: 1000 } }),
    'trades',
    'max_bytes is 1000, and was not set',
    ['publishers'],
  ],
  [
    'a mapped field is another field',
    routes({ ticker: { ...ticker, map: { price: 'price', state: '/place/city' } } }),
    'ticker',
    'field state is taken from /place/city, and was from state',
    ['clients'],
  ],
  [
    'a value is added',
    properties({ state: { enum: ['open', 'settled', 'failed'] } }),
    'trades',
    'field state may now be "failed"',
    ['clients'],
  ],
  [
    'a field may be null',
    properties({ price: { ...TRADE.properties.price, type: ['number', 'null'] } }),
    'trades',
    'field price may now be null',
    ['clients'],
  ],
  [
    'a limit is lifted',
    properties({ price: { type: 'number', description: 'In PSC.' } }),
    'trades',
    'field price: minimum is not set, and was 0',
    ['clients'],
  ],
  [
    'an audience is opened',
    routes({ ticker: { ...ticker, audience: 'anyone' } }),
    'ticker',
    'audience is opened to anyone',
    ['operators'],
  ],
  [
    'a target field is added',
    routes({ trades: { ...trades, target: { users: ['buyer', 'seller', 'watchers?'] } } }),
    'trades',
    'target names watchers too',
    ['operators'],
  ],
  [
    'a field is no longer omitted',
    routes({ board: { ...board, omit: ['/place/street'] } }),
    'board',
    'field seller is no longer kept from clients',
    ['operators'],
  ],
  [
    'a route is renamed',
    { ...BEFORE, routes: { deals: trades, ticker, board } },
    'deals',
    'the route is renamed, and was trades',
    ['operators'],
  ],
  [
    'another route gets a known event, with other payloads',
    { ...BEFORE, routes: { ...ROUTES, more: { ...trades, channel: 'more', map: { id: 'buyer' } } } },
    'more',
    'the route is new, with an event that others have',
    ['clients'],
  ],
  [
    'the field of the trace context is renamed',
    { ...BEFORE, envelope: { traceparent: 'trace' } },
    '',
    'the trace context is read from trace, and was from traceparent',
    ['publishers', 'clients'],
  ],
  [
    'a field with the time is named',
    { ...BEFORE, envelope: { time: 'at' } },
    '',
    'the time of a message is read from at, and was not',
    ['operators', 'clients'],
  ],
];

export const SAFE: Row[] = [
  [
    'a route takes longer messages',
    routes({ board: { ...board, max_bytes: 2000 } }),
    'board',
    'max_bytes is 2000, and was 1000',
    ['clients'],
  ],
  [
    'a route takes messages of any length',
    routes({ board: boardOfAnyLength }),
    'board',
    'max_bytes is not set, and was 1000',
    ['clients'],
  ],
  ['a field is added', properties({ id: { type: 'integer' } }), 'trades', 'field id is new', ['clients', 'publishers']],
  [
    'words change',
    properties({ price: { ...TRADE.properties.price, description: 'In PSC, with fees.' } }),
    'trades',
    'field price has another description',
    ['clients', 'publishers'],
  ],
  [
    'a route has other words',
    routes({ trades: { ...trades, description: 'A trade was settled.' } }),
    'trades',
    'the route has another description',
    ['clients'],
  ],
  [
    'a route is added',
    { ...BEFORE, routes: { ...ROUTES, more: { ...trades, channel: 'more', event: 'more' } } },
    'more',
    'the route is new',
    ['clients'],
  ],
  [
    'a channel is added',
    routes({ trades: { ...trades, channel: [...trades.channel, 'trades-us'] } }),
    'trades',
    'channel trades-us is read too',
    ['publishers'],
  ],
  [
    'a field is mapped too',
    routes({ ticker: { ...ticker, map: { ...ticker.map, by: 'seller' } } }),
    'ticker',
    'field by is new, and required, for clients',
    ['clients'],
  ],
  [
    'another route gets a known event, with the same payloads',
    { ...BEFORE, routes: { ...ROUTES, more: { ...trades, channel: 'more' } } },
    'more',
    'the route is new, with an event that others have',
    ['clients'],
  ],
];

/** Other files that say the same. */
export const SAME: (readonly [string, Contract])[] = [
  ['routes stand in another order', { ...BEFORE, routes: { board, trades, ticker } }],
  [
    'fields and values stand in another order',
    trade({
      required: TRADE.required.toReversed(),
      properties: { state: { enum: ['settled', 'open'] }, ...withoutState },
    }),
  ],
  ['a reference is written out', properties({ buyer: PARTS.$defs.id })],
  [
    'a schema moves to another file',
    {
      routes: { trades: { ...trades, schema: '../schemas/deal.json' }, ticker, board },
      schemas: { ...BEFORE.schemas, 'deal.json': TRADE },
    },
  ],
  [
    'a field is named by a pointer',
    routes({
      trades: { ...trades, target: { users: ['/buyer', 'seller'] } },
      ticker: { ...ticker, map: { price: '/price', state: 'state' } },
    }),
  ],
];
