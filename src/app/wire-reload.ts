import { fromRoot, rootFor } from '../config/text/confined-files.ts';
import type { Settings } from '../config/environment/environment.ts';
import { createRoutesLoader, type RoutesLoader } from '../config/routes/served-routes.ts';
import type { LivePlan } from '../reload/live-plan.ts';
import { createReloading, type ReloadEvents, type Reloading } from '../reload/reload.ts';
import type { Plan } from '../routes/plan.ts';
import type { Subscriptions } from '../subscription/subscription.ts';

interface ReloadParts {
  readonly live: LivePlan;
  readonly source: Subscriptions;
  /** Called in the same step in which a plan comes into force. */
  readonly swapped: (plan: Plan) => void;
  readonly events: ReloadEvents;
  readonly loader: RoutesLoader | undefined;
  readonly changedVariables: (() => readonly string[]) | undefined;
}

export function createPlanReloading(settings: Settings, parts: ReloadParts): Reloading {
  const { live, source, swapped, events, loader = createRoutesLoader(settings), changedVariables = () => [] } = parts;
  const shown = (folder: string): string => fromRoot(folder, settings.configRoot ?? rootFor(settings.routesFile));
  return createReloading({
    live,
    load: loader.inSlices,
    changedVariables,
    subscribeTo: source.subscribeTo,
    swapped,
    events: {
      ...events,
      watchFailed: (folder, error) => events.watchFailed(shown(folder), error),
      watchLost: (folder) => events.watchLost(shown(folder)),
      watchFound: (folder) => events.watchFound(shown(folder)),
    },
  });
}
