import { sourcesOf, type CheckedEventRoute } from '../../config/routes/route-config.ts';
import type { RoutePair } from './change.ts';

export interface PairedRoutes {
  readonly pairs: readonly RoutePair[];
  readonly removed: readonly CheckedEventRoute[];
  readonly added: readonly CheckedEventRoute[];
}

/** By name; a route that is gone is paired with a new one that does its work. */
export function pairRoutes(before: readonly CheckedEventRoute[], after: readonly CheckedEventRoute[]): PairedRoutes {
  const old = new Map(before.map((route) => [route.name, route]));
  const free = after.filter(({ name }) => !old.has(name));
  const now = new Map(after.map((route) => [route.name, route]));
  const removed: CheckedEventRoute[] = [];
  const pairs = before.flatMap((route) => {
    const same = now.get(route.name) ?? takeSuccessor(route, free);
    if (same === undefined) removed.push(route);
    return same === undefined ? [] : [{ before: route, after: same }];
  });
  return { pairs, removed, added: free };
}

function takeSuccessor(route: CheckedEventRoute, free: CheckedEventRoute[]): CheckedEventRoute | undefined {
  const sameEvent = free.findIndex(({ event }) => event === route.event);
  const sameSource = free.findIndex(
    (other) => other.schema === route.schema && sourcesOf(other).some((source) => sourcesOf(route).includes(source)),
  );
  const index = sameEvent < 0 ? sameSource : sameEvent;
  return index < 0 ? undefined : free.splice(index, 1)[0];
}
