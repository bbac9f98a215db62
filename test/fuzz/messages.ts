import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { isObject } from '../../src/schema/json.ts';
import { applyCut, cutFor } from './mutations.ts';

/** A route, as far as its messages go. */
interface Fuzzed {
  readonly channel: string;
  readonly event: string;
  readonly schema: string;
  /** Where a message says whom it is for; empty: everyone. */
  readonly targets: readonly string[];
}

/** The shipped ones, one whose schema lets everything pass to the target, and one that takes some of its messages. */
export const FUZZED_ROUTES: readonly Fuzzed[] = [
  { channel: 'user-status', event: 'user-status-changed', schema: 'user-status', targets: [] },
  {
    channel: 'feature-status',
    event: 'feature-status-changed',
    schema: 'feature-status',
    targets: ['old_owner_id', 'new_owner_id'],
  },
  { channel: 'notifications', event: 'notification-received', schema: 'notification', targets: ['user_id'] },
  { channel: 'lax', event: 'lax', schema: 'lax', targets: ['user_id', 'others'] },
  { channel: 'lax', event: 'chosen', schema: 'lax', targets: ['user_id'] },
];

/** Folder with the routes file and the schemas. */
export function writeRoutes(root: string): string {
  cpSync('schemas', join(root, 'schemas'), { recursive: true });
  writeFileSync(join(root, 'schemas', 'lax.schema.json'), '{"type":"object","examples":[{"user_id":7}]}');
  const lax = '  lax: { event: lax, schema: ../schemas/lax.schema.json, target: { users: ["user_id?", "others?"] } }';
  const chosen =
    '  chosen: { channel: lax, when: { user_id: [7, "7"] }, event: chosen, schema: ../schemas/lax.schema.json, target: { user: "user_id?" } }';
  mkdirSync(join(root, 'config'));
  const file = join(root, 'config', 'routes.yaml');
  writeFileSync(file, `${readFileSync('config/routes.yaml', 'utf8')}\n${lax}\n${chosen}\n`);
  return file;
}

function examplesOf(root: string, { schema }: Fuzzed): Record<string, unknown>[] {
  const value: unknown = JSON.parse(readFileSync(join(root, 'schemas', `${schema}.schema.json`), 'utf8'));
  const examples: unknown = isObject(value) ? value['examples'] : [];
  return Array.isArray(examples) ? examples.filter(isObject) : [];
}

const id = fc.constantFrom<unknown>(
  7,
  '7',
  '9007199254740992',
  8,
  '07',
  ' 7',
  '7 ',
  7.5,
  -7,
  0,
  '',
  '*',
  null,
  true,
  {},
);
const value = fc.oneof(id, fc.array(id, { maxLength: 4 }), fc.jsonValue({ maxDepth: 3 }));
/** As JSON.stringify does not write them. */
const oddText = fc.constantFrom(
  '9007199254740993',
  '1e400',
  '-0',
  '7.0',
  '07',
  'NaN',
  '"\\ud800"',
  '\0',
  '{"a":1,"a":2}',
);

/** An example with some members set anew, taken out or added. */
function changed({ targets }: Fuzzed, examples: readonly Record<string, unknown>[]): fc.Arbitrary<string> {
  const name = fc.oneof(
    fc.constantFrom(...targets, ...Object.keys(examples[0] ?? {})),
    fc.constantFrom('__proto__', 'constructor', 'traceparent', 'user_id', ''),
  );
  const changes = fc.array(fc.tuple(name, fc.option(value, { nil: undefined })), { maxLength: 4 });
  return fc.tuple(fc.constantFrom(...examples), changes).map(([example, list]) => {
    const members = new Map(Object.entries(example));
    for (const [key, to] of list) {
      if (to === undefined) members.delete(key);
      else members.set(key, to);
    }
    const pairs = [...members].map((member) => member.map((part) => JSON.stringify(part)).join(':'));
    return `{${pairs.join()}}`;
  });
}

const cut = cutFor(fc.oneof(fc.constant(''), oddText, fc.string({ unit: 'binary', maxLength: 5 })), 6);

/** @param root where `writeRoutes` has written. */
export function messagesOf(root: string): fc.Arbitrary<{ channel: string; raw: Buffer }> {
  return fc.constantFrom(...FUZZED_ROUTES).chain((route) => {
    const text = fc
      .tuple(changed(route, examplesOf(root, route)), fc.array(cut, { maxLength: 2 }))
      .map(([json, cuts]) => cuts.reduce(applyCut, json));
    const bytes = fc.uint8Array({ maxLength: 30 });
    const raw = fc.oneof({ arbitrary: text, weight: 9 }, bytes).map((content) => Buffer.from(content));
    return fc.record({ channel: fc.constant(route.channel), raw });
  });
}
