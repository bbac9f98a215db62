import { sourcesOf, type RoutesConfig } from '../../config/routes/route-config.ts';
import { change, effect, type Change, type RoutePair } from './change.ts';

/** Where a route is durable, from which stream, and how far its promise goes. */
export function streamChanges({ before, after }: RoutePair, config: RoutesConfig): Change[] {
  const [old, now] = [before.stream, after.stream];
  if (old === undefined && now === undefined) return [];
  if (now === undefined) {
    const lost = effect('clients', 'breaking', 'those that come back no longer get what they missed');
    const unread = effect('publishers', 'breaking', 'no client receives what they add to the stream');
    return [
      change(after, `stream ${old?.key} is no longer read`, lost, ...(isRead(old?.key ?? '', config) ? [] : [unread])),
    ];
  }
  if (old === undefined) {
    const why = 'clients that request positions receive what they missed; others receive what they did before';
    return [change(after, `the route reads stream ${now.key}`, effect('clients', 'safe', why))];
  }
  if (old.key !== now.key) {
    const why = `no client receives what they add to ${old.key}`;
    const reset = effect('clients', 'risky', 'they receive gateway:reset once, and reload their state');
    return [
      change(after, `stream ${now.key} is read in place of ${old.key}`, effect('publishers', 'breaking', why), reset),
    ];
  }
  return [...fieldChanges({ before, after }), ...promiseChanges({ before, after })];
}

function fieldChanges({ before, after }: RoutePair): Change[] {
  const [old, now] = [before.stream?.field, after.stream?.field];
  if (old === now) return [];
  const why = 'entries without it are dropped';
  return [
    change(after, `the JSON is read from field ${now}, and was from ${old}`, effect('publishers', 'breaking', why)),
  ];
}

function promiseChanges({ before, after }: RoutePair): Change[] {
  const [old, now] = [before.stream?.greeting ?? 0, after.stream?.greeting ?? 0];
  if (old === now) return [];
  const what = `a newcomer gets the last ${now} events, and got ${old}`;
  const level = now > old ? 'risky' : 'breaking';
  const why = now > old ? 'old events come when they connect' : 'lists that were filled on connect are shorter';
  return [change(after, what, effect('clients', level, why))];
}

/** Whether it is a channel or a stream of any route. */
export function isRead(source: string, { routes }: RoutesConfig): boolean {
  return routes.some((route) => sourcesOf(route).includes(source));
}
