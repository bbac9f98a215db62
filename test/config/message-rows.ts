import { GOOD_ROUTE, GOOD_SCHEMA, withProperties, type Row } from './tree.ts';

const plus = (...lines: string[]): string => GOOD_ROUTE + lines.map((line) => `    ${line}\n`).join('');

const DATA = {
  type: 'object',
  required: ['text'],
  properties: { text: { type: 'string' }, secret: { type: 'string' } },
};
const WRAPPED = withProperties({ data: DATA, note: { type: 'string' } }, { required: ['user_id', 'data'] });
const NULLABLE = withProperties({ data: { ...DATA, type: ['object', 'null'] } }, { required: ['user_id', 'data'] });
const IN_A_BRANCH = { ...GOOD_SCHEMA, anyOf: [WRAPPED, { required: ['other'] }] };

/** `payload` and `envelope` of a route. */
export const MESSAGE_ROWS: readonly Row[] = [
  ['a payload that each message has', { routes: plus('payload: /data'), schema: WRAPPED }, []],
  ['a payload within it', { routes: plus('payload: /data/text'), schema: WRAPPED }, []],
  ['a payload that may be null', { routes: plus('payload: data'), schema: NULLABLE }, []],
  [
    'a payload that is not declared',
    { routes: plus('payload: /date'), schema: WRAPPED },
    [['payload-undeclared', 'routes@/date', 'did you mean "data"?']],
  ],
  [
    'a payload that may be absent',
    { routes: plus('payload: note'), schema: WRAPPED },
    [['payload-not-required', 'routes@note', 'require it and the objects that hold it']],
  ],
  [
    'a payload in an object that may be null',
    { routes: plus('payload: /data/text'), schema: NULLABLE },
    [['payload-not-required', 'routes@/data/text', 'nothing to send']],
  ],
  [
    'a payload that one branch requires',
    { routes: plus('payload: data'), schema: IN_A_BRANCH },
    [['payload-not-required', 'routes@data', 'does not prove that each message has payload "data"']],
  ],
  [
    'a payload that is a list of fields',
    { routes: plus('payload: [data]'), schema: WRAPPED },
    [['wrong-value', 'routes@[data]', 'found a list. A property name']],
  ],
  ['omit within the payload', { routes: plus('payload: /data', 'omit: [secret]'), schema: WRAPPED }, []],
  ['map within the payload', { routes: plus('payload: /data', 'map: { words: text }'), schema: WRAPPED }, []],
  [
    'omit of the place in the message',
    { routes: plus('payload: /data', 'omit: [/data/secret]'), schema: WRAPPED },
    [['field-undeclared', 'routes@/data/secret', 'declared are text, secret']],
  ],
  [
    'a payload of an action',
    {
      routes: plus('payload: /data').replace('event: changed', 'action: disconnect'),
      schema: WRAPPED,
    },
    [['action-with-event', 'routes@/data', 'payload says what clients receive']],
  ],
  ['the envelope of a route', { routes: plus('envelope: laravel') }, []],
  ['fields as the envelope of a route', { routes: `${plus('envelope: { time: at }')}envelope: cloudevents\n` }, []],
  [
    'another word as the envelope of a route',
    { routes: plus('envelope: larvel') },
    [['wrong-value', 'routes@larvel', 'laravel']],
  ],
  [
    'one field for trace and time in a route',
    { routes: plus('envelope: { time: traceparent }') },
    [['wrong-value', 'routes:7:23', 'already the field of the trace context']],
  ],
  [
    'a schema that requires what Laravel writes for the gateway',
    { routes: plus('envelope: laravel'), schema: { ...GOOD_SCHEMA, required: ['user_id', 'socket'] } },
    [['envelope-required', 'routes@../schemas/a.json', 'requires "socket", which belongs to the envelope']],
  ],
  [
    'a schema that requires a field of the envelope of the file, which the route does not have',
    {
      routes: `${plus('envelope: cloudevents')}envelope: { time: at }\n`,
      schema: withProperties({ at: { type: 'string' } }, { required: ['user_id', 'at'] }),
    },
    [],
  ],
  [
    'when on a field in the data of a broadcast, which the schema does not declare',
    { routes: plus('envelope: laravel', "when: { event: 'App\\Events\\Sold', /data/usr_id: 7 }") },
    [['field-undeclared', 'routes@7 }', 'did you mean "user_id"?']],
  ],
];
