import { listOf, type Node } from '../../schema/all-of.ts';
import { typesOf } from '../schemas/json-type.ts';
import type { Fact, Versions } from './facts.ts';

const ALL_TYPES = ['object', 'array', 'string', 'number', 'integer', 'boolean', 'null'];

export function typeFacts({ before, after, name }: Versions): Fact[] {
  const [old, now] = [allowedTypes(before), allowedTypes(after)];
  const gone = old.filter((type) => !now.includes(type));
  const come = now.filter((type) => !old.includes(type));
  if (gone.length === old.length && come.length > 0)
    return [{ kind: 'retyped', what: `${name} is ${inWords(now)}, and was ${inWords(old)}` }];
  return [
    ...(gone.length > 0 ? [{ kind: 'narrowed' as const, what: `${name} may no longer be ${inWords(gone)}` }] : []),
    ...(come.length > 0 ? [{ kind: 'widened' as const, what: `${name} may now be ${inWords(come)}` }] : []),
  ];
}

export function valueFacts({ before, after, name }: Versions): Fact[] {
  const [old, now] = [allowedValues(before), allowedValues(after)];
  if (old === undefined || now === undefined) {
    if (old === now) return [];
    return [
      old
        ? { kind: 'widened', what: `${name} may hold other values than ${old.join(', ')}` }
        : { kind: 'narrowed', what: `${name} may only be ${now?.join(', ')}` },
    ];
  }
  return [
    ...old
      .filter((value) => !now.includes(value))
      .map((value) => ({ kind: 'narrowed' as const, value, may: 'no longer' })),
    ...now.filter((value) => !old.includes(value)).map((value) => ({ kind: 'widened' as const, value, may: 'now' })),
  ].map(({ kind, value, may }) => ({ kind, what: `${name} may ${may} be ${value}` }));
}

/** Every number is allowed where `number` is, whole ones too. */
function allowedTypes(nodes: readonly Node[]): readonly string[] {
  const said = typesOf(nodes) ?? typesOfValues(nodes) ?? ALL_TYPES;
  return said.includes('number') ? [...new Set([...said, 'integer'])] : said;
}

function typesOfValues(nodes: readonly Node[]): readonly string[] | undefined {
  const values = allowedValues(nodes)?.map((text): unknown => JSON.parse(text));
  return values && [...new Set(values.map(typeOf))];
}

function typeOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  return Number.isInteger(value) ? 'integer' : typeof value;
}

/** As JSON, so that they can be compared and shown; nothing where any value is allowed. */
function allowedValues(nodes: readonly Node[]): readonly string[] | undefined {
  const said = nodes.flatMap(({ schema }) => [
    ...(Array.isArray(schema['enum']) ? [schema['enum']] : []),
    ...(Object.hasOwn(schema, 'const') ? [[schema['const']]] : []),
  ]);
  const [first, ...rest] = said.map((values) => listOf(values).map((value) => JSON.stringify(value)));
  return first?.filter((value) => rest.every((others) => others.includes(value)));
}

function inWords(types: readonly string[]): string {
  if (types.length === ALL_TYPES.length) return 'of any type';
  return types.filter((type) => type !== 'integer' || !types.includes('number')).join(' or ');
}
