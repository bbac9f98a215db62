import type { Fanout } from '../../dispatch/fanout.ts';
import { EventPacket } from './event-packet.ts';
import type { SocketWriter } from './socket-writer.ts';
import { Membership } from './membership.ts';
import { createWriteScheduler } from './write-scheduler.ts';
import { Recipient, type RecipientOptions } from './recipient.ts';
import { packetForms } from './packet-forms.ts';
import { RoomIndex, sizeOf } from './room-index.ts';
import { SlowConsumers, type QueueLimits, type SlowConsumerEvents } from './slow-consumers.ts';

export interface FanoutOptions extends QueueLimits {
  readonly events: SlowConsumerEvents;
}

/** The fan-out to the sockets of this instance: every instance receives every message, so each client gets one copy. */
export interface LocalFanout extends Fanout {
  /** Bounds the queue of a session from its first byte, also where no client is ever accepted on it. */
  guard(writer: SocketWriter): void;
  /**
   * Adds a client to these rooms until it leaves.
   *
   * @param options what it receives in addition to payloads.
   */
  join(writer: SocketWriter, rooms: readonly string[], options?: RecipientOptions): Membership;
  /** Rooms with members. */
  rooms(): IterableIterator<string>;
  /** Bytes queued for slow clients. */
  queuedBytes(): number;
}

export function createFanout({ events, ...limits }: FanoutOptions): LocalFanout {
  const index = new RoomIndex<Recipient>();
  const slowConsumers = new SlowConsumers(limits, events);
  const scheduler = createWriteScheduler(slowConsumers);
  const watch = (recipient: Recipient): void => slowConsumers.watch(recipient);
  // Until a client requests traces, packets have one form for all sockets.
  let isTraceRequested = false;

  return {
    count(rooms, except = NO_ROOMS) {
      let sockets = 0;
      if (except.length > 0) for (const members of index.foundWithout(rooms, except)) sockets += members.length;
      else for (const room of rooms) sockets += sizeOf(index.members(room));
      return sockets;
    },
    emit(rooms, event, payload, latestKey, stamp, traceparent, except = NO_ROOMS) {
      if (rooms.length === 0) throw new Error('emit without rooms');
      const here = except.length > 0 ? index.foundWithout(rooms, except) : index.found(rooms);
      if (here.length === 0) return;
      const trace = isTraceRequested ? traceparent : undefined;
      if (stamp || trace !== undefined)
        scheduler.sendEach(here, packetForms({ event, payload, latestKey, stamp, traceparent: trace }));
      else scheduler.send(here, new EventPacket(event, payload, latestKey));
    },
    guard: (writer) => void new Recipient(writer, NONE, watch),
    join(writer, rooms, options = NONE) {
      if (options.traced) isTraceRequested = true;
      return new Membership(new Recipient(writer, options, watch), rooms, scheduler, index);
    },
    rooms: () => index.names(),
    queuedBytes: () => slowConsumers.queuedBytes(),
  };
}

const NO_ROOMS: readonly string[] = Object.freeze([]);
const NONE: RecipientOptions = { resumable: false, traced: false };
