import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { WORKPLACE } from '../children.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** The default routes, each from the stream of its channel; returns the file's path. */
export function writeDurableRoutes(): string {
  const root = join(WORKPLACE, 'durable-routes');
  mkdirSync(join(root, 'config'), { recursive: true });
  cpSync(join(ROOT, 'schemas'), join(root, 'schemas'), { recursive: true });
  const routes = readFileSync(join(ROOT, 'config/routes.yaml'), 'utf8');
  const file = join(root, 'config/routes.yaml');
  writeFileSync(file, routes.replaceAll(/^    event:/gm, '    source: stream\n    event:'));
  return file;
}
