import { isAbsolute } from 'node:path';
import { fromRoot, rootFor } from './confined-files.ts';
import type { Settings } from './environment.ts';
import { loadRoutes, type RoutesLoading } from './routes-file.ts';

/** The routes that a gateway serves. Its findings go into logs and to the console: they name no folder of the server. */
export function loadRoutesOf({ routesFile, configRoot }: Pick<Settings, 'routesFile' | 'configRoot'>): RoutesLoading {
  const root = configRoot ?? rootFor(routesFile);
  return loadRoutes(routesFile, root, isAbsolute(routesFile) ? fromRoot(routesFile, root) : routesFile);
}
