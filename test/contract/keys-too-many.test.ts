import { expect, test } from 'vitest';
import { explain } from '../../src/contract/explain/explain.ts';
import { explanationRows } from '../../src/contract/explain/explain-text.ts';
import { preflightReplay } from '../../src/contract/publish/preflight-replay.ts';
import { checkedContract, LIMITS } from './contract-tree.ts';

const MESSAGE = { user_id: 7, '@class': 'com.acme.Trade' };
const PLAIN = { type: 'object', properties: { user_id: { type: 'integer' } } };

const ROWS: readonly [rule: string, schema: object, message: object, at: string, found: string][] = [
  ['additionalProperties', { ...PLAIN, additionalProperties: false }, MESSAGE, '/@class', '"com.acme.Trade"'],
  ['unevaluatedProperties', { allOf: [PLAIN], unevaluatedProperties: false }, MESSAGE, '/@class', '"com.acme.Trade"'],
  ['propertyNames', { ...PLAIN, propertyNames: { pattern: '^[a-z_]+$' } }, MESSAGE, '/@class', '"com.acme.Trade"'],
  [
    'additionalProperties, deeper',
    { type: 'object', properties: { list: { type: 'array', items: { ...PLAIN, additionalProperties: false } } } },
    { list: [{ user_id: 7 }, { 'a/b': 1 }] },
    '/list/1/a~1b',
    '1',
  ],
];

test.each(ROWS)(
  'a key that %s does not allow is named to those who have the message',
  (_, schema, message, at, found) => {
    const config = checkedContract({
      routes: { strict: { event: 'e', schema: '../schemas/a.json', target: 'broadcast' } },
      schemas: { 'a.json': schema },
    });
    const raw = Buffer.from(JSON.stringify(message));
    const key = Object.keys(message).includes('list') ? 'a/b' : '@class';

    const explanation = explain(config, { channel: 'strict', raw, limits: LIMITS });
    expect(explanation.routes[0]?.broken).toContainEqual(expect.objectContaining({ at, key, found }));
    expect(
      explanationRows(explanation, undefined)
        .flatMap(({ lines }) => lines)
        .join('\n'),
    ).toContain(`: "${key}"`);
    const ruling = preflightReplay(
      config,
      { route: 'strict', channel: 'strict', message: raw, bytes: raw.length },
      LIMITS,
    );
    expect(ruling).toEqual({ problems: [expect.stringContaining(`not allowed there: "${key}"`)] });

    // The log has the rule alone: keys of a message are payload.
    expect(config.routes[0]?.check(message)).not.toContain(key);
  },
);
