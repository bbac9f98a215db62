import type { EventRoute } from '../routes/plan.ts';
import { RecentIds } from './recent-ids.ts';

/** Recognizes events of routes that move from Pub/Sub to a stream: each is published on both, and clients receive the first. */
export interface Dedupe {
  /** Records the event. @returns whether it arrived before, on either of them. An event without an id is always new. */
  isKnown(route: EventRoute, eventId: string | undefined): boolean;
  /** Does the same for a Pub/Sub message, whose id is in its id field. */
  isKnownMessage(route: EventRoute, message: Readonly<Record<string, unknown>>): boolean;
}

/** Far more events than arrive on one of them before they arrive on the other. */
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
