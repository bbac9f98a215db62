import type { Fanout, Stamp } from '../dispatch/dispatch.ts';
import { EventPacket } from './event-packet.ts';
import { Membership } from './membership.ts';
import { createOutbox } from './outbox.ts';
import { Outlet } from './outlet.ts';
import { isEngineSession, unknownLibraries } from './raw-websocket.ts';
import { RoomIndex } from './room-index.ts';
import { SlowReaders, type QueueLimits, type SlowReaderEvents } from './slow-readers.ts';

export interface FanoutEvents extends SlowReaderEvents {
  /** Installed libraries are not those that the short way was made for: the documented way is taken. */
  directWritesOff(libraries: readonly string[]): void;
}

export interface FanoutOptions extends QueueLimits {
  readonly events: FanoutEvents;
  /** false: always the documented way of Engine.IO; for comparison. */
  readonly direct?: boolean;
}

/** The fan-out to this instance's sockets: every instance hears every message, so each client gets one copy. */
export interface LocalFanout extends Fanout {
  /**
   * From here on the session hears what is for these rooms, until it leaves.
   *
   * @param resumable it asked for positions: events of durable routes come with `meta`.
   */
  join(session: unknown, rooms: readonly string[], resumable?: boolean): Membership;
  /** Rooms with somebody in them. */
  rooms(): IterableIterator<string>;
  /** Bytes that wait for slow clients. */
  queuedBytes(): number;
}

export function createFanout({ events, direct = true, ...limits }: FanoutOptions): LocalFanout {
  const index = new RoomIndex<Outlet>();
  const slowReaders = new SlowReaders(limits, events);
  const outbox = createOutbox(slowReaders);
  const unknown = direct ? unknownLibraries() : [];
  if (unknown.length > 0) events.directWritesOff(unknown);
  const isDirect = direct && unknown.length === 0;

  return {
    count(rooms) {
      let sockets = 0;
      for (const room of rooms) sockets += index.members(room)?.size ?? 0;
      return sockets;
    },
    emit(rooms, event, payload, latestKey, stamp) {
      if (rooms.length === 0) throw new Error('emit without rooms');
      const here = rooms.flatMap((room) => index.members(room) ?? []);
      if (here.length === 0) return;
      if (stamp) outbox.sendEach(here, chooser(event, payload, latestKey, stamp));
      else outbox.send(here, new EventPacket(event, payload, latestKey));
    },
    join(session, rooms, resumable = false) {
      if (!isEngineSession(session)) throw new TypeError('not a session of Engine.IO as it is known');
      const outlet = new Outlet(session, isDirect, resumable);
      return new Membership(outlet, rooms, outbox, index);
    },
    rooms: () => index.names(),
    queuedBytes: () => slowReaders.queuedBytes(),
  };
}

/** An event of a durable route, in the form that each client gets it in; encoded once for each form that is asked for. */
function chooser(
  event: string,
  payload: string,
  latestKey: string | undefined,
  { route, meta, plain }: Stamp,
): (outlet: Outlet) => EventPacket | undefined {
  let plainPacket: EventPacket | undefined;
  let withMeta: EventPacket | undefined;
  return (outlet) => {
    if (outlet.held?.has(route)) return undefined;
    // Never superseded: a newer position would hide what was left out.
    if (outlet.resumable)
      return meta === undefined ? undefined : (withMeta ??= new EventPacket(event, payload, undefined, meta()));
    return plain ? (plainPacket ??= new EventPacket(event, payload, latestKey)) : undefined;
  };
}
