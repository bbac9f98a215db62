import * as fc from 'fast-check';
import { TOKENS } from '../support/auth-service.ts';

// Engine.IO and Socket.IO as they are spoken, with each part now and then another than it should be.

/** Nine times of ten the usual. */
export const mostly = <T>(usual: fc.Arbitrary<T>, odd: fc.Arbitrary<T>): fc.Arbitrary<T> =>
  fc.oneof({ arbitrary: usual, weight: 9 }, odd);
export const text = (...texts: string[]): fc.Arbitrary<string> => fc.constantFrom(...texts);

const name = mostly(
  text('ping', 'notice', 'join', 'subscribe', 'gateway:gap', 'toString', '__proto__', 'constructor', ''),
  text('connect', 'disconnect', 'error', 'newListener', 'removeListener'),
);
const values = fc.array(fc.jsonValue({ maxDepth: 3 }), { maxLength: 3 });
const eventJson = fc.tuple(name, values).map(([event, args]) => JSON.stringify([event, ...args]));
const oddJson = fc.oneof(
  fc.json({ maxDepth: 3 }),
  text('["ping",{"_placeholder":true,"num":0}]', '{', '[', '"', '', 'null', '[]', '{}'),
  fc.nat(3000).map((depth) => '['.repeat(depth) + ']'.repeat(depth)),
);
const json = mostly(eventJson, oddJson);
const auth = fc.record(
  {
    token: fc.jsonValue(),
    notices: fc.jsonValue(),
    resume: fc.jsonValue(),
    trace: fc.jsonValue(),
    pid: fc.jsonValue(),
  },
  { requiredKeys: [] },
);
const connect = fc
  .tuple(
    mostly(fc.constant(''), text('/', '/admin,', '/__proto__,')),
    fc.oneof(auth, fc.constant({ token: TOKENS.alice })),
  )
  .map(([namespace, options]) => `0${namespace}${JSON.stringify(options)}`);
const id = fc.oneof(text(''), mostly(fc.nat(20).map(String), text('-1', '1e9', ' ', '9'.repeat(400))));
const attachments = mostly(
  text(''),
  fc.oneof(
    fc.nat(12).map((count) => `${count}-`),
    text('-', '-1-', '1000000000-'),
  ),
);
const namespace = mostly(text(''), text('/', '/,', '/admin,', '/__proto__,', '/a?b=c,', ','));
const type = mostly(text('2', '2', '2', '3', '5'), text('0', '1', '4', '6', '9', ''));
const event = fc.tuple(type, attachments, namespace, id, json).map((parts) => parts.join(''));
const engine = mostly(text('4'), text('0', '1', '2', '3', '5', '6', '7', 'b', '', '\x1e'));
const spoken = fc.tuple(engine, mostly(event, connect)).map((parts) => parts.join(''));
const noise = fc.oneof(fc.string({ unit: 'binary', maxLength: 40 }), fc.uint8Array({ maxLength: 40 }));

/** One packet of Engine.IO. */
export const packet = mostly<string | Uint8Array>(spoken, noise);
