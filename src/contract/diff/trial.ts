import type { CheckedRoute, RoutesConfig } from '../../config/routes/route-config.ts';
import { change, effect, type Change } from './change.ts';

/** Trials that begin or end: shadow routes and next schemas. Only operators see them. */
export function trialChanges(before: RoutesConfig, after: RoutesConfig): Change[] {
  const old = new Map(before.routes.map((route) => [route.name, route]));
  const now = new Map(after.routes.map((route) => [route.name, route]));
  return [
    ...after.routes.flatMap((route) => [
      ...shadowChanges(route, old.get(route.name)),
      ...nextChanges(route, old.get(route.name)),
    ]),
    ...before.routes
      .filter(({ name, shadow }) => shadow && !now.has(name))
      .map((route) =>
        change(route, 'the shadow route is removed', effect('operators', 'safe', 'it delivered nothing')),
      ),
  ];
}

function shadowChanges(route: CheckedRoute, old: CheckedRoute | undefined): Change[] {
  if (!route.shadow || old?.shadow) return [];
  const why = 'messages are evaluated and counted, and nothing is delivered';
  return [change(route, 'the route is tried as a shadow', effect('operators', 'safe', why))];
}

function nextChanges(route: CheckedRoute, old: CheckedRoute | undefined): Change[] {
  if (route.schemaNext === old?.schemaNext) return [];
  const why = 'messages are held against it and counted, and nothing else';
  const what =
    route.schemaNext === undefined ? 'no next schema is tried any more' : `${route.schemaNext} is tried as next schema`;
  return [change(route, what, effect('operators', 'safe', why))];
}
