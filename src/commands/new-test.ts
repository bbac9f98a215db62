import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { addTest } from '../config/add-to-yaml.ts';
import type { RoutesConfig } from '../config/routes-file.ts';
import type { NewRoute } from '../contract/new-route.ts';
import { newRouteTest } from '../contract/new-route-test.ts';
import type { FileChanges } from './new-files.ts';
import { readText } from './new-schema.ts';
import type { Rules } from './routes-in-force.ts';
import { createFileReader } from './test-files.ts';

/** Adds to the file of tests beside the routes file, if there is one; answers with what it did. */
export function writeTest(
  config: RoutesConfig,
  { channel, sample }: NewRoute & { readonly channel: string },
  { limits }: Rules,
  changes: FileChanges,
): string {
  const file = config.file.replace(/\.ya?ml$/, '.test.yaml');
  if (file === config.file || !existsSync(file)) return `no test was added: there is no ${file}`;
  const { tests } = createFileReader()(file);
  if (!tests) return `no test was added: ${file} has mistakes, which gateway test tells`;
  if (resolve(dirname(file), tests.routes) !== resolve(config.file))
    return `no test was added: ${file} is for ${join(dirname(file), tests.routes)}`;
  const before = readText(file);
  const { text, laidOutAnew } = addTest(before, newRouteTest(config, channel, sample, limits));
  changes.write(file, text, before);
  return `added a test to ${file}${laidOutAnew ? ', and laid out its other lines anew' : ''}`;
}
