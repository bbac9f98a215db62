import { LIMITS } from './stage.ts';

export const ROUTES = `
version: 1
routes:
  notices: { event: notice, schema: ../notice.json, target: { users: [to, cc?] } }
`;
export const NOTICE = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  type: 'object',
  required: ['to'],
  properties: {
    to: { type: 'array', items: { type: ['integer', 'string'] } },
    cc: { type: ['integer', 'string', 'null'] },
    text: { type: 'string' },
  },
};
export const GOOD = '{"to":[7],"text":"ok"}';

/** Messages that are dropped, and why. */
export const DROPS: readonly [what: string, raw: string | Buffer, reason: string][] = [
  ['nothing', '', 'not-json'],
  ['a space', ' ', 'not-json'],
  ['text that is not JSON', 'hello', 'not-json'],
  ['a truncated object', GOOD.slice(0, -1), 'not-json'],
  ['two values', `${GOOD}${GOOD}`, 'not-json'],
  ['a byte order mark', `\ufeff${GOOD}`, 'not-json'],
  ['a NUL behind the object', `${GOOD}\0`, 'not-json'],
  ['a NUL in a text', '{"to":[7],"text":"a\0b"}', 'not-json'],
  ['single quotes', "{'to':[7]}", 'not-json'],
  ['a comma too many', '{"to":[7],}', 'not-json'],
  ['NaN', '{"to":[7],"n":NaN}', 'not-json'],
  ['a comment', '{"to":[7]/**/}', 'not-json'],
  ['invalid UTF-8', Buffer.from('{"to":[7],"text":"\xff"}', 'latin1'), 'not-json'],
  ['a UTF-8 surrogate', Buffer.from('{"to":[7],"text":"\xed\xa0\x80"}', 'latin1'), 'not-json'],
  ['UTF-16', Buffer.from(GOOD, 'utf16le'), 'not-json'],
  ['null', 'null', 'not-object'],
  ['a number', '7', 'not-object'],
  ['a text', '"7"', 'not-object'],
  ['true', 'true', 'not-object'],
  ['a list', `[${GOOD}]`, 'not-object'],
  ['2 MB', JSON.stringify({ to: [7], text: 'x'.repeat(2 * 1024 * 1024) }), 'too-large'],
  ['one byte too many', JSON.stringify({ to: [7], text: '' }).padEnd(LIMITS.maxMessageBytes + 1), 'too-large'],
  ['65 levels', nested(65), 'too-deep'],
  ['5,000 levels', nested(5000), 'too-deep'],
  ['200,000 levels', '['.repeat(200_000) + ']'.repeat(200_000), 'too-deep'],
  ['200,000 levels never closed', '{"a":'.repeat(200_000), 'too-deep'],
  ['1,001 keys', keys(1001), 'too-many-keys'],
  ['1,001 keys, in objects within lists', `{"to":[7],"all":[${'{"a":1},'.repeat(998)}{"a":1}]}`, 'too-many-keys'],
  ['one key 1,001 times', `{"to":[7]${',"a":1'.repeat(1000)}}`, 'too-many-keys'],
  ['100,000 keys', keys(100_000), 'too-many-keys'],
  ['a key twice', '{"to":[8],"to":[7]}', 'repeated-key'],
  ['a key twice, once escaped', '{"to":[8],"\\u0074o":[7]}', 'repeated-key'],
  ['a key twice in an object within a list', '{"to":[7],"all":[1,{"x":1,"y":2,"x":3}]}', 'repeated-key'],
  ['a prototype key twice', '{"to":[7],"__proto__":{},"__proto__":{}}', 'repeated-key'],
  ['two traces', '{"to":[7],"traceparent":"x","traceparent":"y"}', 'repeated-key'],
  ['an empty object', '{}', 'invalid'],
  ['a value of the wrong type', '{"to":[7],"text":1}', 'invalid'],
  ['a required key that is only inherited', '{"__proto__":{"to":[7]}}', 'invalid'],
  ['an empty list of users', '{"to":[]}', 'no-target'],
  ['101 users', users(101), 'too-many-ids'],
  ['100 users in one field and one in another', users(100, 101), 'too-many-ids'],
  ['100,000 users', users(100_000), 'too-many-ids'],
  ['users that are no ids', '{"to":["*","07",0],"cc":null}', 'no-target'],
  ['a number that is too large for an integer', '{"to":[1e999]}', 'invalid'],
  ['a snowflake as a number', '{"to":[1234567890123456789]}', 'no-target'],
  ['a number that is next to an id', '{"to":[6.99999999999999999]}', 'no-target'],
];

/** Messages that have something odd about them, and go out as they were published. */
export const ODD: readonly [what: string, raw: string][] = [
  ['lone surrogate escapes', '{"to":[7],"text":"\\ud800 \\udc00"}'],
  ['an emoji of four bytes', '{"to":[7],"text":"🙂"}'],
  ['an escaped NUL', '{"to":[7],"text":"\\u0000"}'],
  ['line separators of JavaScript', '{"to":[7],"text":"\u2028\u2029"}'],
  ['markup', '{"to":[7],"text":"</script><b>&amp;"}'],
  ['spacing around it', ' \n{"to" : [ 7 ]}\r\n'],
  ['a key in two spellings', '{"to":[7],"To":[8]}'],
  ['a number that JSON.parse would round', '{"to":[7],"n":12345678901234567890}'],
  ['64 levels', nested(64)],
  ['1,000 keys', keys(1000)],
  ['colons in its texts', `{"to":[7],"text":"${':'.repeat(2000)}"}`],
  ['a key of 1,000 characters', `{"to":[7],"${'k'.repeat(1000)}":1}`],
  ['exactly as many bytes as are taken', '{"to":[7]}'.padEnd(LIMITS.maxMessageBytes)],
  ['a __proto__ key', '{"to":[7],"__proto__":{"text":1,"polluted":true}}'],
  ['a constructor.prototype key', '{"to":[7],"constructor":{"prototype":{"polluted":true}}}'],
];

/** A notice of that many keys. */
function keys(count: number): string {
  const others = Array.from({ length: count - 2 }, (_, index) => `"${index}":0`);
  return `{"to":[7],${['"text":"x"', ...others].join()}}`;
}

/** A notice for that many users. */
function users(count: number, cc?: number): string {
  return JSON.stringify({ to: Array.from({ length: count }, (_, index) => index + 1), cc });
}

/** A notice with brackets that deep. */
function nested(levels: number): string {
  return `{"to":[7],"deep":${'['.repeat(levels - 1)}${']'.repeat(levels - 1)}}`;
}
