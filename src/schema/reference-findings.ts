import { errorFinding, type SchemaFinding } from './schema-finding.ts';
import { isObject } from './json.ts';
import { fileOfReference, resolveReference, referencesOf, type Reference, type SchemaFiles } from './references.ts';
import { inPlaceSchemas, subschemas, type SchemaFile } from './walk.ts';

/** @param problems why referenced files cannot be read, by URI; for an `$id`, by the reference. */
export function referenceFindings(
  file: SchemaFile,
  files: SchemaFiles,
  problems: ReadonlyMap<string, string>,
): SchemaFinding[] {
  return referencesOf(file.json).flatMap(({ ref, path }) => {
    const problem = missing(ref, file, problems) ?? misplaced(ref, file, files) ?? loop(ref, file, files);
    return problem ? [errorFinding(file, problem[0], path, `$ref "${ref}" ${problem[1]}`)] : [];
  });
}

const REMOTE = 'leaves this machine, and nothing is fetched: no schema file next to this one has such an $id';

type Problem = readonly ['schema-ref' | 'schema-remote-ref' | 'schema-loop', string];

function missing(ref: Reference['ref'], file: SchemaFile, problems: ReadonlyMap<string, string>): Problem | undefined {
  const uri = fileOfReference(ref, file.uri);
  if (uri === undefined) {
    const remote = /^([a-z][a-z0-9+.-]*:|\/\/)/i.test(ref);
    if (remote) return ['schema-remote-ref', `${problems.get(ref) ?? REMOTE}; refer to a file by its path`];
    return ['schema-ref', 'names no file; refer to one by its path, relative to this file'];
  }
  const problem = problems.get(uri);
  return problem === undefined ? undefined : ['schema-ref', `names a file that ${problem}`];
}

function misplaced(ref: string, file: SchemaFile, files: SchemaFiles): Problem | undefined {
  const target = resolveReference(ref, file, files);
  if (target === undefined) return ['schema-ref', 'names a place that is not in that file'];
  const isSchema =
    typeof target.schema === 'boolean' ||
    [...subschemas(target.file.json)].some(({ schema }) => schema === target.schema);
  return isSchema ? undefined : ['schema-ref', 'names a value that is no schema; put schemas in $defs'];
}

/** Finds a $ref loop through schemas that all apply to the same value: it would never end. */
function loop(ref: string, file: SchemaFile, files: SchemaFiles): Problem | undefined {
  const start = resolveReference(ref, file, files);
  if (start === undefined) return undefined;
  const seen = new Set<string>();
  const open = [start];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { file: inFile } = next;
    for (const target of inPlaceRefs(next.schema).flatMap((text) => resolveReference(text, inFile, files) ?? [])) {
      if (target.key === start.key) return ['schema-loop', 'leads back to itself and would never end'];
      if (!seen.has(target.key)) open.push(target);
      seen.add(target.key);
    }
  }
  return undefined;
}

function inPlaceRefs(schema: unknown): string[] {
  if (!isObject(schema)) return [];
  return [...inPlaceSchemas(schema)].map((inner) => inner['$ref']).filter((ref) => typeof ref === 'string');
}
