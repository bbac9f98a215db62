import type { CheckedControlRoute, RoutesConfig } from '../../config/routes/route-config.ts';
import { change, effect, type Change } from './change.ts';
import { routeEnvelopeChanges } from './envelope.ts';
import { meaningFor } from './facts.ts';
import { channelChanges, invalidChanges } from './route.ts';
import { schemaFacts } from './schema.ts';
import { publishedSchema } from '../schemas/whole-schema.ts';
import { whenChanges } from './when.ts';

/** Routes that disconnect: no event of theirs is in the contract with clients, but services rely on what they do. */
export function controlChanges(before: RoutesConfig, after: RoutesConfig): Change[] {
  const [old, now] = [controlRoutes(before), controlRoutes(after)];
  return [
    ...Array.from(old.values())
      .filter(({ name }) => !now.has(name))
      .map(removed),
    ...Array.from(now.values()).flatMap((route) => {
      const known = old.get(route.name);
      return known ? changed(known, route, before, after) : [added(route)];
    }),
  ];
}

function controlRoutes({ routes }: RoutesConfig): Map<string, CheckedControlRoute> {
  return new Map(routes.flatMap((route) => (route.kind === 'control' ? [[route.name, route] as const] : [])));
}

function removed(route: CheckedControlRoute): Change {
  const why = `what they publish to ${route.channels.join(', ')} no longer disconnects users by this route`;
  return change(route, 'the route, which disconnects users, is removed', effect('publishers', 'breaking', why));
}

function added(route: CheckedControlRoute): Change {
  const why = `messages on ${route.channels.join(', ')} close the connections of the users in ${fieldsOf(route).join(', ')}`;
  return change(route, 'the route is new, and disconnects users', effect('operators', 'risky', why));
}

function changed(
  old: CheckedControlRoute,
  route: CheckedControlRoute,
  before: RoutesConfig,
  after: RoutesConfig,
): Change[] {
  const facts = schemaFacts(publishedSchema(old), publishedSchema(route));
  return [
    ...channelChanges({ before: old, after: route }, after),
    ...whenChanges({ before: old, after: route }),
    ...routeEnvelopeChanges({ before: old, after: route }, { before, after }),
    ...invalidChanges({ before: old, after: route }),
    ...targetChanges(route, fieldsOf(old), fieldsOf(route)),
    ...facts.map((fact) => change(route, fact.what, meaningFor('publishers', fact))),
  ];
}

function targetChanges(route: CheckedControlRoute, old: readonly string[], now: readonly string[]): Change[] {
  const gone = old.filter((field) => !now.includes(field));
  const come = now.filter((field) => !old.includes(field));
  return [
    ...gone.map((field) => {
      const why = 'the users in that field stay connected';
      return change(route, `target no longer names ${field}`, effect('publishers', 'breaking', why));
    }),
    ...come.map((field) => {
      const why = 'the users in that field are disconnected now: is that meant?';
      return change(route, `target names ${field} too`, effect('operators', 'risky', why));
    }),
  ];
}

/** `user?` and `user` are the same people. */
function fieldsOf({ target }: CheckedControlRoute): string[] {
  return target.fields.map(({ path }) => path.join('/'));
}
