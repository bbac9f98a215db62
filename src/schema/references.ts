import { fileURLToPath } from 'node:url';
import { isObject, valueAt } from './json.ts';
import { parsePath } from './pointer.ts';
import { subschemas, type SchemaFile } from './walk.ts';

export type SchemaFiles = ReadonlyMap<string, SchemaFile>;

/** A `$ref` as written in a file. */
export interface Reference {
  readonly ref: string;
  readonly path: readonly string[];
}

export function referencesOf(json: unknown): Reference[] {
  return [...subschemas(json)].flatMap(({ path, schema }) => {
    const ref = schema['$ref'];
    return typeof ref === 'string' ? [{ ref, path: [...path, '$ref'] }] : [];
  });
}

/** Returns the one URI of a path: references are compared as text. */
export function fileUri(path: string): string {
  return `file://${path.split('/').map(encodeURIComponent).join('/')}`;
}

/** Returns the schema with references to files in that one form, and without its `$id`, which would change their base. */
export function withPlainReferences(file: SchemaFile): boolean | object {
  if (!isObject(file.json)) return file.json === true;
  const schemas = new Set<unknown>([...subschemas(file.json)].map(({ schema }) => schema));
  const plain = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(plain);
    if (!isObject(value)) return value;
    const { $ref: ref, ...rest } = value;
    const entries = Object.entries(rest).map(([key, inner]) => [key, plain(inner)] as const);
    if (ref === undefined) return Object.fromEntries(entries);
    return Object.fromEntries([['$ref', schemas.has(value) ? spelt(ref, file) : plain(ref)], ...entries]);
  };
  return Object.assign({}, plain(file.json), { $id: file.uri });
}

function spelt(ref: unknown, { uri }: SchemaFile): unknown {
  if (typeof ref !== 'string' || ref.startsWith('#')) return ref;
  const other = fileOfReference(ref, uri);
  return other === undefined ? ref : other + new URL(ref, uri).hash;
}

/**
 * Returns the file URL that a `$ref` points into, always in the same form; undefined if it points out of the file system
 * (such references are never fetched) or to no possible file.
 */
export function fileOfReference(ref: string, base: string): string | undefined {
  if (!URL.canParse(ref, base)) return undefined;
  const url = new URL(ref, base);
  if (url.protocol !== 'file:' || url.host !== '' || url.search !== '') return undefined;
  // Escapes that are not UTF-8, or that hide a slash, name no file.
  if (decoded(url.pathname) === undefined || /%2f/i.test(url.pathname)) return undefined;
  return fileUri(fileURLToPath(url));
}

/** Returns the schema that `ref` refers to, with its file; undefined if the file or the place in it is missing. */
export function resolveReference(
  ref: string,
  from: SchemaFile,
  files: SchemaFiles,
): { file: SchemaFile; schema: unknown; key: string } | undefined {
  const uri = fileOfReference(ref, from.uri);
  const file = uri === undefined ? undefined : files.get(uri);
  const fragment = file && decoded(new URL(ref, from.uri).hash.slice(1));
  if (file === undefined || fragment === undefined) return undefined;
  const pointer = fragment === '' || fragment.startsWith('/');
  const schema = pointer ? valueAt(file.json, parsePath(fragment)) : anchored(file.json, fragment);
  return schema === undefined ? undefined : { file, schema, key: `${file.uri}#${fragment}` };
}

function anchored(json: unknown, name: string): unknown {
  return [...subschemas(json)].find(({ schema }) => schema['$anchor'] === name)?.schema;
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    if (error instanceof URIError) return undefined;
    throw error;
  }
}
