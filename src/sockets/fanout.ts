import type { Fanout } from '../dispatch/fanout.ts';
import { EventPacket } from './event-packet.ts';
import { Membership } from './membership.ts';
import { createOutbox } from './outbox.ts';
import { Outlet, type Wishes } from './outlet.ts';
import { packetForms } from './packet-forms.ts';
import { isEngineSession, isWebSocketElsewhere, unknownLibraries } from './engine-internals.ts';
import { RoomIndex } from './room-index.ts';
import { SlowReaders, type QueueLimits, type SlowReaderEvents } from './slow-readers.ts';

export interface FanoutEvents extends SlowReaderEvents {
  /** What the short way takes for granted does not hold: the documented way is taken from here on. */
  directWritesOff(found: string): void;
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
   * @param wishes what it asked to be told beside the payload.
   */
  join(session: unknown, rooms: readonly string[], wishes?: Wishes): Membership;
  /** Rooms with somebody in them. */
  rooms(): IterableIterator<string>;
  /** Bytes that wait for slow clients. */
  queuedBytes(): number;
}

export function createFanout({ events, direct = true, ...limits }: FanoutOptions): LocalFanout {
  const index = new RoomIndex<Outlet>();
  const slowReaders = new SlowReaders(limits, events);
  const outbox = createOutbox(slowReaders);
  const watch = (outlet: Outlet): void => slowReaders.watch(outlet);
  const unknown = direct ? unknownLibraries() : [];
  let isDirect = direct;
  const giveUpDirect = (found: string): void => {
    isDirect = false;
    events.directWritesOff(found);
  };
  if (unknown.length > 0) giveUpDirect(unknown.join(', '));
  // Until somebody asks for traces, sockets need not be told apart.
  let someoneAsks = false;

  return {
    count(rooms) {
      let sockets = 0;
      for (const room of rooms) sockets += index.members(room)?.size ?? 0;
      return sockets;
    },
    emit(rooms, event, payload, latestKey, stamp, traceparent) {
      if (rooms.length === 0) throw new Error('emit without rooms');
      const here = index.found(rooms);
      if (here.length === 0) return;
      const trace = someoneAsks ? traceparent : undefined;
      if (stamp || trace !== undefined)
        outbox.sendEach(here, packetForms({ event, payload, latestKey, stamp, traceparent: trace }));
      else outbox.send(here, new EventPacket(event, payload, latestKey));
    },
    join(session, rooms, wishes = NONE) {
      if (!isEngineSession(session)) throw new TypeError('not a session of Engine.IO as it is known');
      if (wishes.traced) someoneAsks = true;
      if (isDirect && isWebSocketElsewhere(session)) giveUpDirect('a websocket session without its TCP socket');
      const outlet = new Outlet(session, isDirect, wishes, watch);
      return new Membership(outlet, rooms, outbox, index);
    },
    rooms: () => index.names(),
    queuedBytes: () => slowReaders.queuedBytes(),
  };
}

const NONE: Wishes = { resumable: false, traced: false };
