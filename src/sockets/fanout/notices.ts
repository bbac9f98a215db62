import type { Fanout } from '../../dispatch/fanout.ts';

/** What the gateway says of itself, to clients that asked for it and to no others. */
export interface Notices {
  /** @param room one of the notice rooms. */
  notify(room: `notices:${string}`, event: `gateway:${string}`, payload: object): void;
}

export function createNotices(fanout: Fanout): Notices {
  return { notify: (room, event, payload) => fanout.emit([room], event, JSON.stringify(payload)) };
}
