import type { DurableRoute, StreamDispatch } from '../dispatch/stream-dispatch.ts';
import type { RouteStream } from '../routes/plan.ts';
import { userOfRoom } from '../routes/rooms.ts';
import { startCheckpoints } from './checkpoints.ts';
import type { Client } from './client.ts';
import { createGate } from './gate.ts';
import { createPages } from './pages.ts';
import type { Quota } from './quota.ts';
import { Reader, type Place, type ReaderEvents } from './reader.ts';
import type { ReplayPlace } from './replay.ts';
import type { HistoryLoss } from './reset-reasons.ts';
import type { StreamStore } from './store.ts';

export interface ReadingParts {
  readonly open: (stream: RouteStream) => StreamStore;
  readonly dispatch: StreamDispatch;
  readonly events: ReaderEvents;
  /** Bytes that may wait for a client before a replay goes on. */
  readonly calmBytes: number;
  /** Clients that asked for positions. */
  readonly resumable: ReadonlySet<Client>;
  readonly lost: (reader: Reader, reason: HistoryLoss) => void;
  /** Entries that users may have read from Redis. */
  readonly quota: Quota;
}

/** A durable route that is being read, and all that its replays need. */
export interface Reading {
  readonly route: DurableRoute;
  readonly place: ReplayPlace;
  readonly stop: () => void;
}

export function startReading(route: DurableRoute, from: Place | undefined, parts: ReadingParts): Reading {
  const { open, dispatch, events, calmBytes, resumable, quota } = parts;
  const lost = (reason: HistoryLoss): void => parts.lost(reader, reason);
  const reader = new Reader({ route, dispatch, events, lost, store: open(route.stream), ...(from && { from }) });
  const stopCheckpoints = route.shadow ? () => {} : startCheckpoints(reader, resumable);
  void reader.run();
  return {
    route,
    place: {
      reader,
      calmBytes,
      gate: createGate(route.stream.replay.concurrency),
      quota: {
        take: (client, cost) => {
          const user = userRoomOf(client);
          return user === undefined || quota.take(user, cost);
        },
        charge(client, cost) {
          const user = userRoomOf(client);
          if (user !== undefined) quota.charge(user, cost);
        },
      },
      pages: createPages(reader.store, reader.history),
    },
    stop() {
      stopCheckpoints();
      reader.stop();
    },
  };
}

function userRoomOf({ rooms }: Client): string | undefined {
  return rooms.find((room) => userOfRoom(room) !== undefined);
}
