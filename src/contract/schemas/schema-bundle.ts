import type { SchemaPlace } from '../../schema/all-of.ts';
import { basename } from 'node:path';
import { isObject } from '../../schema/json.ts';
import { resolveReference, type SchemaFiles } from '../../schema/references.ts';
import { subschemas, type SchemaFile } from '../../schema/walk.ts';
import type { NameIt } from './type-names.ts';

export type Schema = Readonly<Record<string, unknown>>;

/** Schemas of many files in one document: what is referred to becomes a definition of it. */
export interface SchemaBundle {
  /** A copy whose references lead to definitions. */
  enter(place: SchemaPlace): unknown;
  /** By name, in the order in which they were first referred to. */
  definitions(): Record<string, unknown>;
}

// Belong to the file, not to the value: in another document they would mean something else or nothing.
const OF_THE_FILE = new Set(['$schema', '$id', '$anchor', '$defs', 'definitions', '$comment']);

/** @param prefix of references to definitions, such as `#/$defs/`. */
export function createSchemaBundle(prefix: string, nameIt: NameIt): SchemaBundle {
  const names = new Map<string, string>();
  const definitions = new Map<string, unknown>();

  function enter({ file, files, schema: root }: SchemaPlace): unknown {
    const schemas = new Set<unknown>([...subschemas(root)].map(({ schema }) => schema));
    const copy = (value: unknown): unknown => {
      if (Array.isArray(value)) return value.map(copy);
      if (!isObject(value)) return value;
      const entries = Object.entries(value);
      if (!schemas.has(value)) return Object.fromEntries(entries.map(([key, inner]) => [key, copy(inner)]));
      const kept = entries.filter(([key]) => !OF_THE_FILE.has(key));
      return Object.fromEntries(
        kept.map(([key, inner]) => [key, key === '$ref' ? reference(String(inner), file, files) : copy(inner)]),
      );
    };
    return copy(root);
  }

  function reference(ref: string, from: SchemaFile, files: SchemaFiles): string {
    const target = resolveReference(ref, from, files);
    if (target === undefined) throw new Error(`${ref} in ${from.uri} leads nowhere, and was not refused`);
    const known = names.get(target.key);
    if (known !== undefined) return prefix + known;
    const name = nameIt(nameOf(target.key));
    names.set(target.key, name);
    // Before what it refers to: the order is that of first mention, and loops end.
    definitions.set(name, undefined);
    definitions.set(name, enter({ ...target, files }));
    return prefix + name;
  }

  return { enter, definitions: () => Object.fromEntries(definitions) };
}

/** `file:///…/common.schema.json#/$defs/id` → `common id`. */
function nameOf(key: string): string {
  const [uri = '', fragment = ''] = key.split('#');
  const file = basename(decodeURIComponent(uri)).replace(/(\.schema)?\.[^.]*$/, '');
  return `${file} ${fragment.split('/').at(-1) ?? ''}`.trim();
}
