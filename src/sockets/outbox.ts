import { Batch } from './batch.ts';
import type { EventPacket } from './event-packet.ts';
import type { Outlet } from './outlet.ts';
import { sizeOf, type Room } from './room-index.ts';
import type { SlowReaders } from './slow-readers.ts';

/** A fan-out to more sockets than this is cut in slices of as many, between which others get their turn. */
export const SLICE = 256;

/** Gathers what is for each socket and writes it when the tick ends: one write per socket and tick. */
export interface Outbox {
  send(rooms: readonly Room<Outlet>[], packet: EventPacket): void;
  /** To each the packet that is for it, or nothing. */
  sendEach(rooms: readonly Room<Outlet>[], packetFor: (outlet: Outlet) => EventPacket | undefined): void;
}

/**
 * A message that is alone waits for no timer. Under load a tick brings several, and a socket gets all of them in one
 * write: that, and not faster code, is what makes fan-out cheap.
 *
 * A long fan-out goes on over several turns of the event loop. What is for few goes ahead of the rest of it, and takes
 * along all that its sockets were waiting for, so that the order on each socket is kept.
 */
export function createOutbox(slowReaders: SlowReaders): Outbox {
  let urgent: Outlet[] = [];
  const long = createLongFanout(write);
  let scheduled = false;

  function write(outlet: Outlet): void {
    outlet.flush();
    if (outlet.queued() > 0) slowReaders.watch(outlet);
  }

  function writeUrgent(): void {
    scheduled = false;
    const outlets = urgent;
    urgent = [];
    for (const outlet of outlets) write(outlet);
  }

  function add(outlet: Outlet, alone: Batch, isUrgent: boolean): void {
    const { backlog } = outlet;
    if (backlog !== undefined && !slowReaders.admit(outlet, backlog, alone.newest)) return;
    const waits = outlet.pending !== undefined;
    // In several of the rooms.
    if (outlet.pending?.newest === alone.newest) return;
    outlet.pending = outlet.pending?.with(alone.newest) ?? alone;
    if (isUrgent && !outlet.urgent) {
      outlet.urgent = true;
      urgent.push(outlet);
    } else if (!waits) long.push(outlet);
  }

  function schedule(): void {
    if (scheduled) return;
    scheduled = true;
    process.nextTick(() => {
      writeUrgent();
      long.begin();
    });
  }

  return {
    send(rooms, packet) {
      const isUrgent = isShort(rooms);
      // Shared by all sockets that wait for nothing else.
      const alone = new Batch(packet, undefined);
      for (const outlets of rooms) for (const outlet of outlets) add(outlet, alone, isUrgent);
      schedule();
    },
    sendEach(rooms, packetFor) {
      const isUrgent = isShort(rooms);
      const alone = createBatches();
      for (const outlets of rooms)
        for (const outlet of outlets) {
          const packet = packetFor(outlet);
          if (packet !== undefined) add(outlet, alone(packet), isUrgent);
        }
      schedule();
    },
  };
}

/** One for each of the few forms that a message has; mostly the same as the last one. */
function createBatches(): (packet: EventPacket) => Batch {
  const known: Batch[] = [];
  let last: Batch | undefined;
  return (packet) => {
    if (last?.newest === packet) return last;
    last = known.find(({ newest }) => newest === packet);
    if (last === undefined) known.push((last = new Batch(packet, undefined)));
    return last;
  };
}

function isShort(rooms: readonly Room<Outlet>[]): boolean {
  let sockets = 0;
  for (const room of rooms) sockets += sizeOf(room);
  return sockets <= SLICE;
}

interface LongFanout {
  push(outlet: Outlet): void;
  /** Writes the first slice now, and the others in the turns to come. */
  begin(): void;
}

function createLongFanout(write: (outlet: Outlet) => void): LongFanout {
  let outlets: Outlet[] = [];
  let next = 0;
  let goesOn = false;

  function writeSlice(): void {
    const end = Math.min(next + SLICE, outlets.length);
    for (; next < end; next += 1) {
      const outlet = outlets[next];
      // Nothing waits where something urgent has taken it along.
      if (outlet?.pending !== undefined) write(outlet);
    }
    if (next >= SLICE * 64 || next === outlets.length) {
      outlets = outlets.slice(next);
      next = 0;
    }
    goesOn = outlets.length > 0;
    if (goesOn) setImmediate(writeSlice);
  }

  return {
    push: (outlet) => void outlets.push(outlet),
    begin() {
      if (!goesOn) writeSlice();
    },
  };
}
