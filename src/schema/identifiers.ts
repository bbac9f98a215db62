import { relative } from 'node:path/posix';
import { isObject } from './json.ts';
import { toPointer } from './pointer.ts';
import { fileOfReference } from './references.ts';
import { subschemas, type SchemaFile, type Subschema } from './walk.ts';

/** A schema with an `$id`, or a whole file. */
interface Resource {
  readonly path: readonly string[];
  /** Its URIs: that of its file, for a whole file, and its `$id`. */
  readonly uris: readonly string[];
}

/** The target of a reference by `$id`. */
export interface Identified {
  readonly file: SchemaFile;
  readonly path: readonly string[];
}

export interface KnownSchemas {
  /** Returns whether the file exists. */
  exists(uri: string): boolean;
  /** Returns the only schema of other files with this `$id`. */
  find(id: string): Identified | undefined;
}

/** Returns every `$id` in the file as an absolute URI, with its place. */
export function identifiersOf(file: SchemaFile): ReadonlyMap<string, readonly string[]> {
  const own = resourcesOf(file).flatMap(({ path, uris }) => uris.map((uri) => [uri, path] as const));
  return new Map(own.filter(([uri]) => uri !== file.uri));
}

/**
 * Returns the schema with plain references: those by `$id` become paths of files and places in them, so that no other code
 * handles identifiers. A reference without a target stays unchanged.
 */
export function withoutIdentifiers(file: SchemaFile, known: KnownSchemas): SchemaFile {
  const resources = resourcesOf(file);
  const changed = new Map<unknown, Readonly<Record<string, unknown>>>();
  for (const place of subschemas(file.json)) {
    const { schema } = place;
    const own = resourceAt(resources, place.path);
    const plain = own.path.length === 0 ? schema : withoutOwnNames(schema, isIdentified(schema));
    const ref =
      typeof schema['$ref'] === 'string' ? plainReference(schema['$ref'], { file, own, resources, known }) : undefined;
    if (ref !== undefined) changed.set(schema, { ...plain, $ref: ref });
    else if (plain !== schema) changed.set(schema, plain);
  }
  return changed.size === 0 ? file : { uri: file.uri, json: copied(file.json, changed) };
}

/** An inner `$anchor` belongs to the schema with the `$id`, not to the file. */
function withoutOwnNames(schema: Subschema['schema'], identified: boolean): Subschema['schema'] {
  if (!identified && schema['$anchor'] === undefined) return schema;
  const { $id: id, $anchor: _, ...rest } = schema;
  return identified ? rest : { ...rest, ...(id !== undefined && { $id: id }) };
}

function copied(value: unknown, changed: ReadonlyMap<unknown, Readonly<Record<string, unknown>>>): unknown {
  if (Array.isArray(value)) return value.map((item) => copied(item, changed));
  if (!isObject(value)) return value;
  const entries = Object.entries(changed.get(value) ?? value);
  return Object.fromEntries(entries.map(([key, inner]) => [key, copied(inner, changed)]));
}

function resourcesOf(file: SchemaFile): Resource[] {
  const found: Resource[] = [{ path: [], uris: [file.uri] }];
  for (const { path, schema } of subschemas(file.json)) {
    const { $id: id } = schema;
    if (typeof id !== 'string' || !isIdentified(schema)) continue;
    const around = resourceAt(found, path).uris;
    const uris = [...new Set(around.flatMap((base) => resolved(id, base)?.uri ?? []))];
    if (path.length === 0) found[0] = { path, uris: [...new Set([file.uri, ...uris])] };
    else found.push({ path, uris });
  }
  return found;
}

/** Excludes `$id: "#name"` of other drafts, which the meta-schema refuses. */
function isIdentified({ $id: id }: Subschema['schema']): boolean {
  return typeof id === 'string' && id !== '' && !/#./.test(id);
}

function resourceAt(resources: readonly Resource[], path: readonly string[]): Resource {
  const holds = ({ path: outer }: Resource): boolean => outer.every((segment, index) => path[index] === segment);
  const [first = { path: [], uris: [] }, ...rest] = resources.filter(holds);
  return rest.reduce((inner, one) => (one.path.length > inner.path.length ? one : inner), first);
}

function resolved(ref: string, base: string): { uri: string; fragment: string } | undefined {
  if (!URL.canParse(ref, base)) return undefined;
  const url = new URL(ref, base);
  const fragment = url.hash;
  url.hash = '';
  return { uri: url.href, fragment };
}

interface Around {
  readonly file: SchemaFile;
  readonly own: Resource;
  readonly resources: readonly Resource[];
  readonly known: KnownSchemas;
}

/** Returns undefined if the reference is plain already, or has no target. */
function plainReference(ref: string, { file, own, resources, known }: Around): string | undefined {
  if (ref.startsWith('#')) return own.path.length === 0 ? undefined : fragmentOf(file, own.path, ref);
  const targets = [...new Set([...own.uris, file.uri])].flatMap((base) => resolved(ref, base) ?? []);
  for (const { uri, fragment } of targets) {
    const here = resources.find(({ path, uris }) => uris.includes(uri) && (path.length > 0 || uri !== file.uri));
    if (here) return fragmentOf(file, here.path, fragment);
  }
  const plain = fileOfReference(ref, file.uri);
  if (plain !== undefined && known.exists(plain)) return undefined;
  for (const { uri, fragment } of targets) {
    const path = fileOfReference(uri, file.uri);
    if (path !== undefined && known.exists(path)) return pathTo(path, file) + fragment;
    const other = known.find(uri);
    if (other) return pathTo(other.file.uri, file) + fragmentOf(other.file, other.path, fragment);
  }
  return undefined;
}

function pathTo(uri: string, from: SchemaFile): string {
  return relative(from.uri.slice(0, from.uri.lastIndexOf('/')), uri);
}

/** Converts a fragment of the schema at `path` to one of its file. */
function fragmentOf({ json }: SchemaFile, path: readonly string[], fragment: string): string {
  const name = fragment.slice(1);
  if (path.length === 0) return fragment === '' ? '#' : fragment;
  if (name === '' || name.startsWith('/')) return `#${pointerOf(path)}${name}`;
  const isThere = (one: Subschema): boolean =>
    one.schema['$anchor'] === name && path.every((segment, index) => one.path[index] === segment);
  const anchored = [...subschemas(json)].find(isThere);
  return anchored ? `#${pointerOf(anchored.path)}` : `#${pointerOf(path)}/${name}`;
}

function pointerOf(path: readonly string[]): string {
  return path.map((segment) => `/${encodeURIComponent(toPointer([segment]).slice(1)).replaceAll('%24', '$')}`).join('');
}
