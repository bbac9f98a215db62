import { isAbsolute } from 'node:path';
import { fromRoot, rootFor } from '../text/confined-files.ts';
import type { Settings } from '../environment/environment.ts';
import { loadingRoutes, type RoutesLoading } from './load-routes.ts';
import { createSchemaMemory } from './schema-memory.ts';
import { atOnce, inSlices } from './slices.ts';

/** Loads the routes that a gateway serves; unchanged schemas are compiled once. */
export interface RoutesLoader {
  /** Loads in one go, before there are clients. */
  now(): RoutesLoading;
  /** Loads in slices, while messages are handled. */
  inSlices(): Promise<RoutesLoading>;
}

/** Findings go into logs and the console, so they name no folder of the server. */
export function createRoutesLoader({
  routesFile,
  configRoot,
}: Pick<Settings, 'routesFile' | 'configRoot'>): RoutesLoader {
  const root = configRoot ?? rootFor(routesFile);
  const shown = isAbsolute(routesFile) ? fromRoot(routesFile, root) : routesFile;
  const memory = createSchemaMemory();
  const steps = () => loadingRoutes(routesFile, { root, shown, memory });
  return { now: () => atOnce(steps()), inSlices: () => inSlices(steps()) };
}
