import { asList, asObject, partsOf, type JsonObject, type Parts } from './parts.ts';
import { rulesOf } from './rules.ts';

/** One value of a payload. */
export interface SchemaRow {
  /** Where it stands: `data.ids[]`; empty for the payload itself. */
  readonly path: string;
  /** Of a property; items and alternatives have none. */
  readonly need?: Need;
  /** `integer or string` */
  readonly type: string;
  readonly description?: string;
  readonly rules: readonly string[];
}

type Need = 'required' | 'optional';

/** Enough for people; a schema may refer to itself in ways that never end on paper. */
const MOST_ROWS = 400;

interface Place {
  readonly path: string;
  readonly need?: Need;
  readonly parts: Parts;
}

/** A schema as the rows of a table, depth first. The payload's own row is left out where it says nothing. */
export function schemaRows(schema: unknown, root: unknown): SchemaRow[] {
  const rows: SchemaRow[] = [];
  const visit = (place: Place): void => {
    if (rows.length >= MOST_ROWS) return;
    rows.push(rowOf(place));
    for (const inner of innerPlaces(place, root)) visit(inner);
  };
  visit({ path: '', parts: partsOf([schema], root) });
  if (rows.length >= MOST_ROWS) rows.push({ path: '…', type: '', rules: ['more in the JSON'] });
  const [first, ...others] = rows;
  const silent = first?.type === 'object' && first.rules.length === 0 && others.length > 0;
  return silent ? others : rows;
}

function rowOf({ path, need, parts: { schemas, loops } }: Place): SchemaRow {
  const description = schemas.map((schema) => schema['description'] ?? schema['title']).find(isText);
  const again = loops.map((reference) => `the same again as ${reference.split('/').at(-1) ?? 'the whole'}`);
  return {
    path,
    ...(need && { need }),
    type: loops.length > 0 ? '' : typeOf(schemas) + formatOf(schemas),
    ...(description !== undefined && { description }),
    rules: [...again, ...rulesOf(schemas)],
  };
}

function typeOf(schemas: readonly JsonObject[]): string {
  const lists = schemas.flatMap((schema) => (schema['type'] === undefined ? [] : [typesOf(schema['type'])]));
  const [first = [], ...others] = lists;
  const types = first.filter((type) => others.every((list) => list.includes(type)));
  if (types.length > 0) return inOneLine(types);
  if (schemas.some((schema) => schema['properties'] !== undefined)) return 'object';
  const has = (...keywords: string[]): boolean => schemas.some((schema) => keywords.some((one) => one in schema));
  if (has('oneOf', 'anyOf')) return 'one of these';
  return has('enum', 'const') ? '' : 'anything';
}

function formatOf(schemas: readonly JsonObject[]): string {
  const formats = schemas.map((schema) => schema['format']).filter(isText);
  return formats.length === 0 ? '' : ` (${formats.join(', ')})`;
}

function typesOf(type: unknown): string[] {
  return isText(type) ? [type] : asList(type).filter(isText);
}

function inOneLine(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1) ?? ''}`;
}

function innerPlaces({ path, parts: { schemas, seen } }: Place, root: unknown): Place[] {
  const place = (at: string, inner: readonly unknown[], need?: Need): Place => ({
    path: at,
    ...(need && { need }),
    parts: partsOf(inner, root, seen),
  });
  const required = new Set(schemas.flatMap((schema) => asList(schema['required'])));
  const dot = path === '' ? '' : '.';
  return [
    ...named(schemas, 'properties').map(([name, inner]) =>
      place(path + dot + name, inner, required.has(name) ? 'required' : 'optional'),
    ),
    ...named(schemas, 'patternProperties').map(([name, inner]) => place(`${path}${dot}/${name}/`, inner)),
    ...objectsAt(schemas, 'additionalProperties').map((inner) => place(`${path}${dot}*`, [inner])),
    ...tuples(schemas).map((inner, i) => place(`${path}[${i}]`, [inner])),
    ...objectsAt(schemas, 'items', 'additionalItems').map((inner) => place(`${path}[]`, [inner])),
    ...cases(schemas).map(([words, inner]) => place(`${path}${path && ' '}(${words})`, [inner])),
  ];
}

/** Members of a keyword that holds schemas by name, with all that is said of each. */
function named(schemas: readonly JsonObject[], keyword: string): [string, unknown[]][] {
  const members = new Map<string, unknown[]>();
  for (const [name, schema] of schemas.flatMap((schema) => Object.entries(asObject(schema[keyword]) ?? {})))
    members.set(name, [...(members.get(name) ?? []), schema]);
  return [...members];
}

function objectsAt(schemas: readonly JsonObject[], ...keywords: string[]): JsonObject[] {
  return schemas.flatMap((schema) =>
    keywords.map((keyword) => asObject(schema[keyword])).filter((inner) => inner !== undefined),
  );
}

/** Draft-07 writes tuples under `items`. */
function tuples(schemas: readonly JsonObject[]): unknown[] {
  return schemas.flatMap((schema) => [...asList(schema['prefixItems']), ...asList(schema['items'])]);
}

function cases(schemas: readonly JsonObject[]): [string, unknown][] {
  return schemas.flatMap((schema) =>
    (['oneOf', 'anyOf'] as const).flatMap((keyword) =>
      asList(schema[keyword]).map((inner, i): [string, unknown] => {
        const title = asObject(inner)?.['title'];
        const words = keyword === 'oneOf' ? 'one of' : 'any of';
        return [`${words}: ${isText(title) ? title : i + 1}`, inner];
      }),
    ),
  );
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}
