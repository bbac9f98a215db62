import type { Fanout } from '../../dispatch/fanout.ts';

/** Sends events about the gateway, only to clients that requested them. */
export interface Notices {
  /** @param room a notice room. */
  notify(room: `notices:${string}`, event: `gateway:${string}`, payload: object): void;
}

export function createNotices(fanout: Fanout): Notices {
  return { notify: (room, event, payload) => fanout.emit([room], event, JSON.stringify(payload)) };
}
