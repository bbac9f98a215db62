import type { Fanout } from '../dispatch/fanout.ts';
import { EventPacket } from './event-packet.ts';
import type { Line } from './line.ts';
import { Membership } from './membership.ts';
import { createOutbox } from './outbox.ts';
import { Outlet, type Wishes } from './outlet.ts';
import { packetForms } from './packet-forms.ts';
import { RoomIndex, sizeOf } from './room-index.ts';
import { SlowReaders, type QueueLimits, type SlowReaderEvents } from './slow-readers.ts';

export interface FanoutOptions extends QueueLimits {
  readonly events: SlowReaderEvents;
}

/** The fan-out to this instance's sockets: every instance hears every message, so each client gets one copy. */
export interface LocalFanout extends Fanout {
  /** Bounds what waits for a session from its first byte, whether or not a client of it is ever let in. */
  guard(line: Line): void;
  /**
   * From here on the client hears what is for these rooms, until it leaves.
   *
   * @param wishes what it asked to be told beside the payload.
   */
  join(line: Line, rooms: readonly string[], wishes?: Wishes): Membership;
  /** Rooms with somebody in them. */
  rooms(): IterableIterator<string>;
  /** Bytes that wait for slow clients. */
  queuedBytes(): number;
}

export function createFanout({ events, ...limits }: FanoutOptions): LocalFanout {
  const index = new RoomIndex<Outlet>();
  const slowReaders = new SlowReaders(limits, events);
  const outbox = createOutbox(slowReaders);
  const watch = (outlet: Outlet): void => slowReaders.watch(outlet);
  // Until somebody asks for traces, sockets need not be told apart.
  let someoneAsks = false;

  return {
    count(rooms) {
      let sockets = 0;
      for (const room of rooms) sockets += sizeOf(index.members(room));
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
    guard: (line) => void new Outlet(line, NONE, watch),
    join(line, rooms, wishes = NONE) {
      if (wishes.traced) someoneAsks = true;
      return new Membership(new Outlet(line, wishes, watch), rooms, outbox, index);
    },
    rooms: () => index.names(),
    queuedBytes: () => slowReaders.queuedBytes(),
  };
}

const NONE: Wishes = { resumable: false, traced: false };
