/**
 * Why messages may have been missed.
 *
 * connection-lost: the connection to Redis ended. no-answer: Redis stopped answering on it.
 * starved: Redis answered, and did not pass on what was published. failover: publishers went to another server.
 */
export const GAP_REASONS = ['connection-lost', 'no-answer', 'starved', 'failover'] as const;
export type GapReason = (typeof GAP_REASONS)[number];

/** How a connection came to its end. */
export interface Loss {
  readonly reason: GapReason;
  /** In words, for the log. */
  readonly detail: string;
  /** Everything published before then was heard. */
  readonly receivedUntil: Date;
}

/** A span of time in which messages may have been missed. */
export interface Gap {
  readonly from: Date;
  readonly to: Date;
  readonly reason: GapReason;
}

export interface GapEvents {
  /** Messages pass unheard from here on. */
  lost(loss: Loss): void;
  /** They are heard again. */
  gapEnded(gap: Gap): void;
}

/** Everything is heard, or there is a gap. One gap may outlast several connections. */
export interface GapWatch {
  allReceived(): void;
  /** What was wholly heard until now no longer is. */
  lost(loss: Loss): void;
}

export function createGapWatch(events: GapEvents): GapWatch {
  let receivedSince = new Date(0);
  let gap: Omit<Gap, 'to'> | undefined;
  return {
    allReceived() {
      receivedSince = new Date();
      if (gap) events.gapEnded({ ...gap, to: receivedSince });
      gap = undefined;
    },
    lost(loss) {
      const from = loss.receivedUntil > receivedSince ? loss.receivedUntil : receivedSince;
      gap = { from, reason: loss.reason };
      events.lost(loss);
    },
  };
}
