import type { DurableRoute } from '../dispatch/entry.ts';
import type { StreamDispatch } from '../dispatch/stream.ts';
import { createSemaphore } from '../flow/semaphore.ts';
import type { RouteStream } from '../routes/plan.ts';
import { userOfRoom } from '../routes/rooms.ts';
import { startCheckpoints } from './checkpoints.ts';
import type { Client } from './client.ts';
import { createHistoryPages } from './redis-history.ts';
import type { Quota } from './quota.ts';
import { Reader, type ResumePoint, type ReaderEvents } from './reader.ts';
import type { ReplayParts } from './replay.ts';
import type { HistoryLoss } from './reset-reasons.ts';
import type { StreamStore } from './store.ts';

/** A replay that waits longer for its turn to read from Redis ends with `gateway:reset`, reason `busy`. */
const LONGEST_WAIT_MS = 5000;

export interface StreamRuntimeParts {
  readonly open: (stream: RouteStream) => StreamStore;
  readonly dispatch: StreamDispatch;
  readonly events: ReaderEvents;
  /** A replay pauses while more bytes than this are in the client's send queue. */
  readonly pauseAboveBytes: number;
  /** Clients that asked for positions. */
  readonly resumable: ReadonlySet<Client>;
  readonly lost: (reader: Reader, reason: HistoryLoss) => void;
  /** Limits the entries that are read from Redis for each user. */
  readonly quota: Quota;
}

/** A durable route while its stream is read, with the parts that its replays need. */
export interface StreamRuntime {
  readonly route: DurableRoute;
  readonly replay: ReplayParts;
  readonly stop: () => void;
}

export function startStream(
  route: DurableRoute,
  from: ResumePoint | undefined,
  parts: StreamRuntimeParts,
): StreamRuntime {
  const { open, dispatch, events, pauseAboveBytes, resumable, quota } = parts;
  const lost = (reason: HistoryLoss): void => parts.lost(reader, reason);
  const reader = new Reader({ route, dispatch, events, lost, store: open(route.stream), ...(from && { from }) });
  const stopCheckpoints = route.shadow ? () => {} : startCheckpoints(reader, resumable);
  void reader.run();
  return {
    route,
    replay: {
      reader,
      pauseAboveBytes,
      semaphore: createSemaphore(route.stream.replay.concurrency, LONGEST_WAIT_MS),
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
      pages: createHistoryPages(reader.store, reader.history),
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
