import { CompactingQueue } from '../../flow/compacting-queue.ts';
import { Batch } from './batch.ts';
import type { EventPacket } from './event-packet.ts';
import type { Recipient } from './recipient.ts';
import { sizeOf, type Room } from './room-index.ts';
import type { SlowConsumers } from './slow-consumers.ts';

/** A fan-out to more sockets than this is split into slices of this size, one per turn of the event loop. */
export const SLICE = 256;

/** Collects the packets of each socket and writes them when the tick ends: one write per socket and tick. */
export interface WriteScheduler {
  send(rooms: readonly Room<Recipient>[], packet: EventPacket): void;
  /** Sends each member its packet; `undefined` skips a member. */
  sendEach(rooms: readonly Room<Recipient>[], packetFor: (recipient: Recipient) => EventPacket | undefined): void;
}

/**
 * A single message waits for no timer. Under load a tick has several messages, and a socket gets all of them in one write:
 * this makes fan-out cheap, more than faster code.
 *
 * A long fan-out continues over several turns of the event loop. A short one overtakes the rest of it, and first writes
 * what its sockets have pending, so that the order on each socket is kept.
 */
export function createWriteScheduler(slowConsumers: SlowConsumers): WriteScheduler {
  let urgent: Recipient[] = [];
  const long = createLongFanout(write);
  let scheduled = false;

  function write(recipient: Recipient): void {
    recipient.flush();
    if (recipient.queued() > 0) slowConsumers.watch(recipient);
  }

  function writeUrgent(): void {
    scheduled = false;
    const recipients = urgent;
    urgent = [];
    for (const recipient of recipients) write(recipient);
  }

  function add(recipient: Recipient, alone: Batch, isUrgent: boolean): void {
    const { sendQueue } = recipient;
    if (sendQueue !== undefined && !slowConsumers.admit(recipient, sendQueue, alone.newest)) return;
    const isFirst = !recipient.hasPending;
    if (!recipient.add(alone)) return;
    if (isUrgent && recipient.markUrgent()) urgent.push(recipient);
    else if (isFirst) long.push(recipient);
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
      for (const recipients of rooms) for (const recipient of recipients) add(recipient, alone, isUrgent);
      schedule();
    },
    sendEach(rooms, packetFor) {
      const isUrgent = isShort(rooms);
      const alone = createBatches();
      for (const recipients of rooms)
        for (const recipient of recipients) {
          const packet = packetFor(recipient);
          if (packet !== undefined) add(recipient, alone(packet), isUrgent);
        }
      schedule();
    },
  };
}

/** Finds the batch of a packet; mostly the same as for the previous socket, because a message has few forms. */
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

function isShort(rooms: readonly Room<Recipient>[]): boolean {
  let sockets = 0;
  for (const room of rooms) sockets += sizeOf(room);
  return sockets <= SLICE;
}

interface LongFanout {
  push(recipient: Recipient): void;
  /** Writes the first slice now, and the others in later turns. */
  begin(): void;
}

function createLongFanout(write: (recipient: Recipient) => void): LongFanout {
  const recipients = new CompactingQueue<Recipient>();
  let isRunning = false;

  function writeSlice(): void {
    for (let left = Math.min(SLICE, recipients.size); left > 0; left -= 1) {
      const recipient = recipients.shift();
      // A short fan-out may have written the pending batch already.
      if (recipient?.hasPending) write(recipient);
    }
    isRunning = recipients.size > 0;
    if (isRunning) setImmediate(writeSlice);
  }

  return {
    push: (recipient) => recipients.push(recipient),
    begin() {
      if (!isRunning) writeSlice();
    },
  };
}
