import { whyDropped } from '../contract/explain/receives.ts';
import type { Outcome } from '../dispatch/outcome.ts';
import { passedOver, type DispatchEvents, type Handled } from '../dispatch/report.ts';
import type { FeedLine } from './api.ts';

/** A reader of the feed. */
export interface FeedReader {
  /** False while its send buffer is full. */
  isReady(): boolean;
  write(line: string): void;
  end(): void;
}

export interface Feed extends DispatchEvents {
  /** @returns a function that removes the reader; `full` at the limit of readers; `closed` while the gateway stops. */
  open(reader: FeedReader, payloads: boolean): (() => void) | 'full' | 'closed';
  /** Ends all readers and refuses new ones. */
  close(): void;
}

export const MOST_READERS = 5;
export const LINES_PER_SECOND = 50;
/** A longer payload is cut. */
export const PAYLOAD_BYTES = 16 * 1024;

/** Sends a line per message to each reader. Without readers it costs one iteration of an empty map. Lines above a reader's rate are left out and counted. */
export function createFeed(): Feed {
  const listeners = new Map<FeedReader, (message: Handled) => void>();
  let closed = false;
  return {
    handled(message) {
      for (const listen of listeners.values()) listen(message);
    },
    open(reader, payloads) {
      if (closed) return 'closed';
      if (listeners.size >= MOST_READERS) return 'full';
      listeners.set(reader, createListener(reader, payloads));
      return () => void listeners.delete(reader);
    },
    close() {
      closed = true;
      for (const reader of listeners.keys()) reader.end();
      listeners.clear();
    },
  };
}

function createListener(reader: FeedReader, payloads: boolean): (message: Handled) => void {
  const isAllowed = createRateLimit(LINES_PER_SECOND);
  let heldBack = 0;
  return (message) => {
    if (!reader.isReady() || !isAllowed()) {
      heldBack += 1;
      return;
    }
    const line: FeedLine = {
      ...lineOf(message),
      ...(payloads && { payload: beginningOf(message.raw) }),
      ...(heldBack > 0 && { heldBack }),
    };
    heldBack = 0;
    reader.write(`${JSON.stringify(line)}\n`);
  };
}

/** Returns whether another line fits into the current second, which begins with its first line. */
function createRateLimit(most: number): () => boolean {
  let since = -Infinity;
  let passed = 0;
  return () => {
    const now = performance.now();
    if (now - since >= 1000) {
      since = now;
      passed = 0;
    }
    passed += 1;
    return passed <= most;
  };
}

function lineOf(message: Handled): FeedLine {
  const { channel, bytes, outcomes } = message;
  const passing = passedOver(message).map(({ name }) => name);
  return {
    at: new Date().toISOString(),
    channel,
    bytes,
    outcomes: outcomes.map(outcomeOf),
    ...(passing.length > 0 && { passedOver: passing }),
  };
}

function outcomeOf(outcome: Outcome): FeedLine['outcomes'][number] {
  const { kind, route } = outcome;
  const found = kind === 'shadow' ? outcome.would : outcome;
  return {
    ...(route && { route: route.name, ...(route.kind === 'event' && { event: route.event }) }),
    outcome: kind,
    ...('recipients' in found && { recipients: found.recipients }),
    ...(found.kind === 'dropped' && {
      reason: found.reason,
      ...(found.detail !== undefined && { detail: whyDropped(found) }),
    }),
  };
}

/** Decodes the beginning of a payload, cut between characters; invalid UTF-8 becomes replacement characters. */
function beginningOf(raw: Buffer): string {
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(raw.subarray(0, PAYLOAD_BYTES), {
    stream: raw.length > PAYLOAD_BYTES,
  });
}
