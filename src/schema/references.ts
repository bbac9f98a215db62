import { valueAt } from './json.ts';
import { parsePath } from './pointer.ts';
import { subschemas, type SchemaFile } from './walk.ts';

export type SchemaFiles = ReadonlyMap<string, SchemaFile>;

/** A `$ref` as it stands in a file. */
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

/** File URL that a `$ref` points into, or nothing where it points out of the file system: those are never fetched. */
export function fileOfReference(ref: string, base: string): string | undefined {
  if (!URL.canParse(ref, base)) return undefined;
  const url = new URL(ref, base);
  if (url.protocol !== 'file:' || url.host !== '') return undefined;
  url.hash = '';
  return url.href;
}

/** The schema that `ref` means, with the file it stands in; nothing where it cannot be told (an `$anchor`, say). */
export function follow(
  ref: string,
  from: SchemaFile,
  files: SchemaFiles,
): { file: SchemaFile; schema: unknown; key: string } | undefined {
  const uri = fileOfReference(ref, from.uri);
  const file = uri === undefined ? undefined : files.get(uri);
  if (file === undefined) return undefined;
  const fragment = decodeFragment(new URL(ref, from.uri).hash.slice(1));
  if (fragment === undefined || (fragment !== '' && !fragment.startsWith('/'))) return undefined;
  const schema = valueAt(file.json, parsePath(fragment));
  return schema === undefined ? undefined : { file, schema, key: `${file.uri}#${fragment}` };
}

function decodeFragment(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    if (error instanceof URIError) return undefined;
    throw error;
  }
}
