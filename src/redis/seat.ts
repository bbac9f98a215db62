import type { Redis } from 'ioredis';
import { nameOf } from './pool.ts';
import type { Holder } from './redirection.ts';
import { openConnection } from './server-connection.ts';
import { accessTo, createTopology, type RedisTarget } from './topology.ts';

/** A connection to the server that holds a key. */
export interface Seat extends Holder {
  readonly redis: Redis;
  /** Why it was lost, once it was. */
  lost: string | undefined;
}

/** Keeps one connection that nobody else uses where a key is. */
export interface Seats {
  /** The connection, opened where there is none. Rejects once where it was lost, or where another server holds the key by now. */
  current(): Promise<Seat>;
  /** From here on at the server that this ASK names. */
  follow(ask: { readonly host: string; readonly port: string }, asked: Seat): Promise<Seat>;
  /** Who holds the key is asked again before the next connection. */
  leave(): void;
  close(): void;
}

/** @param failed told of each attempt to connect that failed. */
export function createSeats(target: RedisTarget, key: string, failed: (error: unknown) => void): Seats {
  const topology = createTopology(target);
  let seat: Seat | undefined;
  let closed = false;

  async function open(findHolder: () => Promise<Holder>): Promise<Seat> {
    try {
      const holder = await findHolder();
      const redis = await openConnection(holder.place, accessTo(target), 'websocket-gateway-stream');
      const opened: Seat = { ...holder, redis, lost: undefined };
      redis.once('close', () => (opened.lost = 'the connection was closed'));
      if (closed) redis.disconnect();
      return opened;
    } catch (error) {
      topology.doubt();
      failed(error);
      throw error;
    }
  }

  function leave(): void {
    seat?.redis.disconnect();
    seat = undefined;
    topology.doubt();
  }

  return {
    async current() {
      seat ??= await open(async () => ({ place: await topology.holderOf(key), asking: false }));
      if (seat.lost !== undefined) throw new Error(seat.lost);
      // Where sentinels name another master by now, the one that is read may go on answering.
      const holder = seat.asking ? seat.place : await topology.holderOf(key);
      if (nameOf(holder) !== nameOf(seat.place)) throw new Error(`the key is at ${nameOf(holder)} now`);
      return seat;
    },
    async follow({ host, port }, asked) {
      asked.redis.disconnect();
      seat = undefined;
      seat = await open(async () => ({ place: topology.reach(host, port, asked.place), asking: true }));
      return seat;
    },
    leave,
    close() {
      closed = true;
      leave();
      topology.close();
    },
  };
}
