import { readFileSync } from 'node:fs';
import { parseDocument } from 'yaml';
import { describe, expect, test } from 'vitest';
import { readEnvironment } from '../../src/config/environment/environment.ts';
import { FINDING_CODES } from '../../src/config/text/findings.ts';
import { loadRoutes } from '../../src/config/routes/load-routes.ts';
import { plant } from './tree.ts';

interface Block {
  readonly language: string;
  readonly text: string;
}

const DOCS = readFileSync('docs/findings.md', 'utf8');
const blocksIn = (text: string): Block[] =>
  [...text.matchAll(/^```(\w+)\n(.*?)^```$/gms)].map(([, language = '', block = '']) => ({ language, text: block }));
const sections = DOCS.split(/^### /m)
  .slice(1)
  .map((section) => ({
    code: section.slice(0, section.indexOf('\n')),
    words: section.slice(section.indexOf('\n')).trim(),
    blocks: blocksIn(section),
  }));

const SCHEMA = {
  type: 'object',
  required: ['order_id', 'user_id'],
  properties: { order_id: { type: 'integer' }, user_id: { type: 'integer' }, note: { type: ['integer', 'string'] } },
};
const ROUTES = `version: 1
routes:
  orders: { event: order-changed, schema: ../schemas/order.schema.json, target: { user: "user_id?" } }
  strictly: { event: order-changed, schema: ../schemas/order.schema.json, target: { user: user_id } }
`;

function codesOf({ language, text }: Block): string[] {
  if (language === 'sh')
    return readEnvironment(Object.fromEntries([text.trim().split('=')])).findings.map(({ code }) => code);
  const root = plant({
    'own/config/routes.yaml': language === 'json' ? ROUTES : text,
    'own/schemas/order.schema.json': language === 'json' ? text : JSON.stringify(SCHEMA),
    'shared/order.schema.json': JSON.stringify(SCHEMA),
  });
  return loadRoutes(`${root}/own/config/routes.yaml`).findings.map(({ code }) => code);
}

describe('docs/findings.md', () => {
  test('has one entry for each code, and for nothing else', () => {
    const order = (codes: readonly string[]): string[] => [...codes].sort();
    expect(order(sections.map(({ code }) => code))).toEqual(order(FINDING_CODES));
  });

  test.each(sections.filter(({ blocks }) => blocks.length > 0))(
    '$code: its first block is the mistake, its second none',
    ({ code, blocks }) => {
      const [bad, good, ...more] = blocks.map(codesOf);
      expect(bad).toContain(code);
      expect(good).toBeDefined();
      expect(good).not.toContain(code);
      expect(more).toEqual([]);
    },
  );

  test('shows an example of all but what is too large to show', () => {
    const without = sections.filter(({ blocks }) => blocks.length === 0).map(({ code }) => code);
    expect(without).toEqual([
      'file-too-large',
      'file-not-utf8',
      'nesting-too-deep',
      'too-many-routes',
      'more-findings',
    ]);
  });

  test.each(blocksIn(DOCS).filter(({ language }) => language === 'yaml'))('parses: $text', ({ text }) => {
    expect(parseDocument(text, { uniqueKeys: false }).errors).toEqual([]);
  });

  test('says something of each', () => {
    expect(sections.filter(({ words }) => words.length < 40)).toEqual([]);
  });
});
