/**
 * Why messages may have been missed.
 *
 * connection-lost: the connection to Redis ended. no-answer: Redis stopped answering on it.
 * starved: Redis answered, and did not deliver what was published. failover: publishers moved to another server.
 */
export const GAP_REASONS = ['connection-lost', 'no-answer', 'starved', 'failover'] as const;
export type GapReason = (typeof GAP_REASONS)[number];

/** The end of a connection. */
export interface Loss {
  readonly reason: GapReason;
  /** For the log. */
  readonly detail: string;
  /** Everything that was published before then was received. */
  readonly receivedUntil: Date;
}

/** A span of time in which messages may have been missed. */
export interface Gap {
  readonly from: Date;
  readonly to: Date;
  readonly reason: GapReason;
}

export interface GapEvents {
  /** Messages may be missed from now on. */
  lost(loss: Loss): void;
  /** Messages are received again. */
  gapEnded(gap: Gap): void;
}

/** Finds the gaps: a gap lasts until all channels are subscribed again, possibly over several connections. */
export interface GapWatch {
  /** Called when all channels are subscribed. */
  subscribed(): void;
  /** Called when a connection is lost on which all channels were subscribed. */
  lost(loss: Loss): void;
}

export function createGapWatch(events: GapEvents): GapWatch {
  let subscribedSince = new Date(0);
  let gap: Omit<Gap, 'to'> | undefined;
  return {
    subscribed() {
      subscribedSince = new Date();
      if (gap) events.gapEnded({ ...gap, to: subscribedSince });
      gap = undefined;
    },
    lost(loss) {
      const from = loss.receivedUntil > subscribedSince ? loss.receivedUntil : subscribedSince;
      gap = { from, reason: loss.reason };
      events.lost(loss);
    },
  };
}
