import { setTimeout as pause } from 'node:timers/promises';
import { isInvalid, type DropReason } from '../dispatch/drop-reasons.ts';
import type { Dropped } from '../dispatch/outcome.ts';
import type { DispatchEvents, Handled } from '../dispatch/report.ts';
import { createQuota } from '../durable/quota.ts';

/** A message that a route with `on_invalid: quarantine` dropped. */
export interface Quarantined {
  readonly route: string;
  readonly channel: string;
  readonly reason: DropReason;
  /** As in the log: the place in the schema, and no part of the message. */
  readonly detail: string | undefined;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** As published; the beginning of a long message. */
  readonly message: Buffer;
  /** Size of the whole message. */
  readonly bytes: number;
}

export interface QuarantineStore {
  /** @returns whether it was kept; false if this or another instance kept the same message a moment ago. */
  keep(message: Quarantined): Promise<boolean>;
}

export interface QuarantineEvents {
  quarantined(route: string, isNew: boolean): void;
  /** The message exceeds the rate that is kept; it was only counted. */
  quarantineHeldBack(route: string): void;
  /** Redis refused, or did not answer; it was only counted. */
  quarantineFailed(route: string, error: unknown): void;
}

export interface Quarantine extends DispatchEvents {
  /** Resolves once all writes have ended, or after a short time: a stop does not wait for a Redis that is away. */
  settled(): Promise<unknown>;
}

/** Bytes of a message that are kept at most. */
const MOST_BYTES = 64 * 1024;
/** Concurrent writes of all routes together: 4 MiB of memory at most. */
const MOST_WRITES = 64;
const SETTLE_MS = 1500;
/** Messages of one route that are kept. */
const RATE = { burst: 100, perSecond: 20 };

/** Keeps the messages that routes with `on_invalid: quarantine` drop (a dead-letter queue). Dispatch does not wait for it; a message that cannot be kept is counted. */
export function createQuarantine(store: QuarantineStore, events: QuarantineEvents): Quarantine {
  const quota = createQuota(RATE);
  const writes = new Set<Promise<void>>();

  async function keep(message: Quarantined): Promise<void> {
    try {
      events.quarantined(message.route, await store.keep(message));
    } catch (error) {
      events.quarantineFailed(message.route, error);
    }
  }

  function take(handled: Handled, route: string, dropped: Dropped): void {
    if (writes.size >= MOST_WRITES || !quota.take(route)) return events.quarantineHeldBack(route);
    const keeping = keep(quarantinedOf(handled, route, dropped)).finally(() => writes.delete(keeping));
    writes.add(keeping);
  }

  return {
    handled(message) {
      for (const outcome of message.outcomes) {
        if (outcome.kind !== 'dropped' || outcome.route?.onInvalid !== 'quarantine') continue;
        // Redis did not send the entry, so there is nothing to keep.
        if (outcome.reason === 'too-large' && message.raw.length === 0) continue;
        if (isInvalid(outcome.reason)) take(message, outcome.route.name, outcome);
        // The same text for each route: it is kept once.
        if (message.unread) break;
      }
    },
    settled: () => Promise.race([Promise.all(writes), pause(SETTLE_MS, undefined, { ref: false })]),
  };
}

function quarantinedOf({ channel, raw, bytes }: Handled, route: string, { reason, detail }: Dropped): Quarantined {
  // A cut message is copied: a slice would keep the whole buffer in memory.
  const message = raw.length > MOST_BYTES ? Buffer.from(raw.subarray(0, MOST_BYTES)) : raw;
  return { route, channel, reason, detail, at: Date.now(), message, bytes };
}
