import { setTimeout as pause } from 'node:timers/promises';
import { isInvalid, type DropReason } from '../dispatch/drop-reasons.ts';
import type { Dropped } from '../dispatch/outcome.ts';
import type { DispatchEvents, Handled } from '../dispatch/report.ts';
import { createQuota } from '../durable/quota.ts';

/** A message that a route could not take. */
export interface Quarantined {
  readonly route: string;
  readonly channel: string;
  readonly reason: DropReason;
  /** As the log has it: the place in the schema, and nothing of the message. */
  readonly detail?: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** As published; its beginning where it is long. */
  readonly message: Buffer;
  /** Of the whole. */
  readonly bytes: number;
}

export interface QuarantineStore {
  /** Tells whether it was kept; not where the same was kept a moment ago, by this instance or another. */
  keep(message: Quarantined): Promise<boolean>;
}

export interface QuarantineEvents {
  quarantined(route: string, isNew: boolean): void;
  /** More came than is kept; it was only counted. */
  quarantineHeldBack(route: string): void;
  /** Redis refused, or did not answer; it was only counted. */
  quarantineFailed(route: string, error: unknown): void;
}

export interface Quarantine extends DispatchEvents {
  /** Resolves once nothing is on its way any more, or soon: whoever stops does not wait for a Redis that is away. */
  settled(): Promise<unknown>;
}

/** More of a message is not kept. */
const MOST_BYTES = 64 * 1024;
/** Of all routes together: 4 MiB of memory at most. */
const MOST_UNDER_WAY = 64;
const SETTLE_MS = 1500;
/** Of one route. */
const RATE = { burst: 100, perSecond: 20 };

/** Keeps what routes with `on_invalid: quarantine` could not take. Nobody waits for it: what cannot be kept is counted. */
export function createQuarantine(store: QuarantineStore, events: QuarantineEvents): Quarantine {
  const quota = createQuota(RATE);
  const underWay = new Set<Promise<void>>();

  async function keep(message: Quarantined): Promise<void> {
    try {
      events.quarantined(message.route, await store.keep(message));
    } catch (error) {
      events.quarantineFailed(message.route, error);
    }
  }

  function take(handled: Handled, route: string, dropped: Dropped): void {
    if (underWay.size >= MOST_UNDER_WAY || !quota.take(route)) return events.quarantineHeldBack(route);
    const keeping = keep(quarantinedOf(handled, route, dropped)).finally(() => underWay.delete(keeping));
    underWay.add(keeping);
  }

  return {
    handled(message) {
      for (const outcome of message.outcomes) {
        if (outcome.kind !== 'dropped' || outcome.route?.onInvalid !== 'quarantine') continue;
        // Nothing is there to be kept of an entry that Redis does not send.
        if (outcome.reason === 'too-large' && message.raw.length === 0) continue;
        if (isInvalid(outcome.reason)) take(message, outcome.route.name, outcome);
      }
    },
    settled: () => Promise.race([Promise.all(underWay), pause(SETTLE_MS, undefined, { ref: false })]),
  };
}

function quarantinedOf({ channel, raw, bytes }: Handled, route: string, { reason, detail }: Dropped): Quarantined {
  // A copy where it is cut: a part would keep the whole alive.
  const message = raw.length > MOST_BYTES ? Buffer.from(raw.subarray(0, MOST_BYTES)) : raw;
  const why = { reason, ...(detail !== undefined && { detail }) };
  return { route, channel, ...why, at: Date.now(), message, bytes };
}
