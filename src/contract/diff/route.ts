import {
  sourcesOf,
  type CheckedEventRoute,
  type CheckedRoute,
  type RoutesConfig,
} from '../../config/routes/route-config.ts';
import { change, effect, type Change, type RoutePair } from './change.ts';
import { shown } from './rules.ts';
import { schemaFacts } from './schema.ts';
import { isRead, streamChanges } from './stream.ts';
import { whenChanges } from './when.ts';
import { clientSchema } from '../schemas/whole-schema.ts';

type ReceivedRoutes = RoutesConfig<CheckedEventRoute>;

export function removedChange(route: CheckedEventRoute, after: ReceivedRoutes): Change {
  const orphans = sourcesOf(route).filter((source) => !isRead(source, after));
  const still = after.routes.some(({ event }) => event === route.event);
  const received = still ? `${route.event} no longer comes from this route` : `${route.event} is never sent again`;
  const sent = `no client receives what they publish to ${orphans.join(', ')}`;
  return change(
    route,
    'the route is removed',
    effect('clients', 'breaking', received),
    ...(orphans.length > 0 ? [effect('publishers', 'breaking', sent)] : []),
  );
}

export function addedChange(route: CheckedEventRoute, before: ReceivedRoutes): Change {
  const known = before.routes.filter(({ event }) => event === route.event);
  if (known.length === 0)
    return change(route, 'the route is new', effect('clients', 'safe', 'no client listens for it yet'));
  const schema = clientSchema(route);
  const isKnown = known.some((old) => schemaFacts(clientSchema(old), schema).every(({ kind }) => kind === 'words'));
  return isKnown
    ? change(
        route,
        'the route is new, with an event that others have',
        effect('clients', 'safe', 'its payloads are alike'),
      )
    : change(
        route,
        'the route is new, with an event that others have',
        effect('clients', 'risky', 'its payloads are not like those that listeners know'),
      );
}

/** Changes of a route other than target and shape. */
export function routeChanges(pair: RoutePair, after: ReceivedRoutes): Change[] {
  return [
    ...nameChanges(pair),
    ...eventChanges(pair, after),
    ...channelChanges(pair, after),
    ...whenChanges(pair),
    ...sizeChanges(pair),
    ...invalidChanges(pair),
    ...streamChanges(pair, after),
    ...wordChanges(pair),
  ];
}

function nameChanges({ before, after }: RoutePair): Change[] {
  if (before.name === after.name) return [];
  const why = 'metrics, traces and alerts know the route by its old name';
  return [change(after, `the route is renamed, and was ${before.name}`, effect('operators', 'risky', why))];
}

function eventChanges({ before, after }: RoutePair, { routes }: ReceivedRoutes): Change[] {
  if (before.event === after.event) return [];
  const still = routes.some(({ event }) => event === before.event);
  const why = `listeners of ${before.event} ${still ? 'no longer receive events of this route' : 'receive nothing any more'}`;
  return [change(after, `the event is renamed, and was ${before.event}`, effect('clients', 'breaking', why))];
}

export function channelChanges(
  { before, after }: Readonly<Record<'before' | 'after', CheckedRoute>>,
  config: RoutesConfig,
): Change[] {
  const gone = before.channels.filter((channel) => !after.channels.includes(channel));
  const come = after.channels.filter((channel) => !before.channels.includes(channel));
  return [
    ...gone.map((channel) => {
      const why = isSubscribed(channel, config)
        ? 'what they publish there no longer takes this route'
        : 'no client receives what they publish there';
      return change(after, `channel ${channel} is no longer read`, effect('publishers', 'breaking', why));
    }),
    ...come.map((channel) =>
      change(after, `channel ${channel} is read too`, effect('publishers', 'safe', 'what they do keeps working')),
    ),
  ];
}

function sizeChanges({ before, after }: RoutePair): Change[] {
  const [old = Infinity, now = Infinity] = [before.maxBytes, after.maxBytes];
  if (old === now) return [];
  const what = `max_bytes is ${shown(now)}, and was ${shown(old)}`;
  return now < old
    ? [change(after, what, effect('publishers', 'risky', 'longer messages are dropped'))]
    : [change(after, what, effect('clients', 'safe', 'they receive longer messages too'))];
}

/** What becomes of messages that the route cannot take. */
export function invalidChanges({ before, after }: Readonly<Record<'before' | 'after', CheckedRoute>>): Change[] {
  if (before.onInvalid === after.onInvalid) return [];
  return after.onInvalid === 'quarantine'
    ? [change(after, 'invalid messages are quarantined', effect('operators', 'safe', 'they can be replayed'))]
    : [change(after, 'invalid messages are no longer quarantined', effect('operators', 'risky', 'they are lost'))];
}

function wordChanges({ before, after }: RoutePair): Change[] {
  if (before.description === after.description) return [];
  return [change(after, 'the route has another description', effect('clients', 'safe', 'only words changed'))];
}

function isSubscribed(channel: string, { routes }: RoutesConfig): boolean {
  return routes.some(({ channels }) => channels.includes(channel));
}
