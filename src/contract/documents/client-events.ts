import { clientRoutes, type CheckedEventRoute, type RoutesConfig } from '../../config/routes/route-config.ts';
import { clientSchemaIn } from '../schemas/client-schema.ts';
import { narrowed } from './narrowed.ts';
import { createSchemaBundle, type Schema } from '../schemas/schema-bundle.ts';
import { createNames, type NameIt } from '../schemas/type-names.ts';

/** A route with the payload that its clients get. */
export interface RoutePayload {
  readonly route: CheckedEventRoute;
  readonly schema: Schema;
}

/** An event that clients receive; several routes may send it. */
export interface ClientEvent {
  readonly event: string;
  /** In PascalCase, no other event or definition has it. */
  readonly name: string;
  readonly payloads: readonly RoutePayload[];
}

/** All events of a routes file, in its order, with the definitions that their payloads share. */
export interface ClientEvents {
  readonly events: readonly ClientEvent[];
  readonly definitions: Readonly<Record<string, unknown>>;
  readonly nameIt: NameIt;
}

/** @param prefix of references to definitions. */
export function clientEvents(config: RoutesConfig, prefix: string, taken: readonly string[]): ClientEvents {
  const nameIt = createNames(taken);
  const byEvent = Map.groupBy(clientRoutes(config).routes, ({ event }) => event);
  // Events have their names before definitions do.
  const named = Array.from(byEvent, ([event, routes]) => ({ event, routes, name: nameIt(event) }));
  const bundle = createSchemaBundle(prefix, nameIt);
  const events = named.map(({ event, name, routes }) => ({
    event,
    name,
    payloads: routes.map((route) => {
      const schema = clientSchemaIn(bundle, route);
      return { route, schema: narrowed(schema, route) };
    }),
  }));
  return { events, definitions: bundle.definitions(), nameIt };
}
