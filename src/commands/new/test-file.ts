import { existsSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { addTest, fileOfTests, type Edit } from '../../config/text/add-to-yaml.ts';
import { formatFinding } from '../../config/text/findings.ts';
import type { RoutesConfig } from '../../config/routes/route-config.ts';
import type { NewRoute } from '../../contract/new-route/new-route.ts';
import { newRouteTest } from '../../contract/new-route/new-route-test.ts';
import type { FileChanges } from './file-changes.ts';
import { readText } from './schema-file.ts';
import type { Rules } from '../inputs.ts';
import { createFileReader } from '../test-files.ts';

export type WrittenTest =
  | { readonly test: string; readonly isNew: boolean; readonly isReformatted: boolean }
  /** Why there is none. */
  | { readonly untested: string };

/** Adds to the test file next to the routes file, or creates it; throws where the result has errors. */
export function writeTest(
  config: RoutesConfig,
  { channel, message }: NewRoute & { readonly channel: string },
  { limits }: Rules,
  changes: FileChanges,
): WrittenTest {
  const file = `${config.file.replace(/\.ya?ml$/, '')}.test.yaml`;
  const read = createFileReader();
  const before = existsSync(file) ? readText(file) : undefined;
  const untested = before === undefined ? undefined : whyNotIn(file, config.file, read);
  if (untested !== undefined) return { untested };
  const test = newRouteTest(config, channel, message, limits);
  const { text, isReformatted }: Edit =
    before === undefined
      ? { text: headOf(file) + fileOfTests(basename(config.file), test), isReformatted: false }
      : addTest(before, test);
  changes.write(file, text, before);
  const { tests, findings } = read(file);
  if (!tests) throw new Error(`the test would have mistakes: ${findings.map(formatFinding).join('; ')}`);
  return { test: file, isNew: before === undefined, isReformatted };
}

function whyNotIn(file: string, routesFile: string, read: ReturnType<typeof createFileReader>): string | undefined {
  const { tests } = read(file);
  if (!tests) return `${file} has errors; gateway test shows them`;
  if (resolve(dirname(file), tests.routes) === resolve(routesFile)) return undefined;
  return `${file} is for ${join(dirname(file), tests.routes)}`;
}

const SCHEMA = '../schemas/route-tests.schema.json';

/** For editors, where they find the schema. */
function headOf(file: string): string {
  return existsSync(join(dirname(file), SCHEMA)) ? `# yaml-language-server: $schema=${SCHEMA}\n` : '';
}
