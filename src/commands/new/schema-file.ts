import { dirname, join } from 'node:path';
import { confineTo, rootFor } from '../../config/text/confined-files.ts';
import type { Field } from '../../config/routes/field.ts';
import { readJson } from '../../config/text/json-document.ts';
import type { NewRoute } from '../../contract/new-route/new-route.ts';
import { guessesIn } from '../../contract/new-route/guesses.ts';
import { idsIn, inferSchema } from '../../contract/new-route/infer-schema.ts';
import type { FileChanges } from './file-changes.ts';

/** The file's text; throws where there is none. */
export function readText(file: string, root = rootFor(file)): string {
  const reading = confineTo(root).read(file);
  if ('text' in reading) return reading.text;
  throw new Error(`${file} ${reading.message}`);
}

const COMMON = 'common.schema.json';

/** Answers with the path of the schema, and what in it is guessed. */
export function writeSchema(
  routesFile: string,
  { name, route, sample, typed }: NewRoute,
  ids: readonly Field[],
  changes: FileChanges,
): { path: string; guesses: readonly string[] } {
  const path = join(dirname(routesFile), route.schema);
  const title = name.charAt(0).toUpperCase() + name.slice(1).replaceAll(/[-_.:]+/g, ' ');
  const schema = inferSchema({ title, sample, typed, ids, common: { file: COMMON, names: sharedIds(path) } });
  changes.write(path, `${withShortLists(JSON.stringify(schema, undefined, 2))}\n`);
  return { path, guesses: guessesIn(schema) };
}

/** Lists of words and numbers in one line, as people write them. */
function withShortLists(json: string): string {
  return json.replaceAll(/\[\n\s+([^[\]{}]*?)\n\s+\]/g, (_, items: string) => `[${items.replaceAll(/\n\s+/g, ' ')}]`);
}

/** The definition of ids in a neighbouring schema file. */
function sharedIds(path: string): string[] {
  const file = join(dirname(path), COMMON);
  const reading = confineTo(dirname(path)).read(file);
  return 'text' in reading ? idsIn(readJson(file, reading.text).document?.value) : [];
}
