import type { EventRoute } from '../routes/plan.ts';
import { RecentIds } from './recent-ids.ts';

/** Events of routes that move from Pub/Sub to a stream: each comes by both ways, and clients are to get the first. */
export interface Dedupe {
  /** Notes the event; tells whether it came before, by either way. One without an id is always new. */
  isKnown(route: EventRoute, eventId: string | undefined): boolean;
  /** The same of a message whose id is in its field. */
  isKnownMessage(route: EventRoute, message: Readonly<Record<string, unknown>>): boolean;
}

/** Far more than come by one way before they have come by the other. */
const WINDOW = 10_000;

export function createDedupe(): Dedupe {
  const byRoute = new Map<string, RecentIds>();
  const isKnown = ({ name }: EventRoute, eventId: string | undefined): boolean => {
    const ids = byRoute.get(name) ?? new RecentIds(WINDOW);
    byRoute.set(name, ids);
    return ids.add(eventId);
  };
  return {
    isKnown,
    isKnownMessage(route, message) {
      const field = route.stream?.idField ?? '';
      const id = Object.hasOwn(message, field) ? message[field] : undefined;
      return isKnown(route, typeof id === 'string' || typeof id === 'number' ? String(id) : undefined);
    },
  };
}
