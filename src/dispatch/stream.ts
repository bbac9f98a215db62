import type { EventRoute, Route, RouteStream } from '../routes/plan.ts';
import type { Dedupe } from './dedupe.ts';
import { countOnly, type Fanout } from './fanout.ts';
import { dropped, textOf, type DispatchEvents, type Outcome, type Traced } from './outcome.ts';
import { beginTrace, bodyFor, evaluate, originOf, send, withTrial, dropUnread } from './steps.ts';
import { readMessage, tooLarge, type Message, type MessageLimits } from './message.ts';

/** A route that reads a stream. */
export type DurableRoute = EventRoute & { readonly stream: RouteStream };

export function isDurable(route: Route): route is DurableRoute {
  return route.stream !== undefined;
}

/** What an entry brings. */
export interface EntryContent {
  readonly payload?: Buffer;
  /** Size of the payload, where that is its beginning only. */
  readonly bytes?: number;
  readonly eventId?: string;
}

/** An entry after all checks: whom it is for, and the message; nobody and nothing where it was dropped. */
export interface EvaluatedEntry {
  readonly rooms: readonly string[];
  readonly text: string;
}

export interface StreamDispatchOptions {
  readonly fanout: Fanout;
  readonly events: DispatchEvents;
  readonly limits: MessageLimits;
  readonly copies: Dedupe;
}

/** The way of an entry: that of a message, and whatever it holds, it never throws. */
export interface StreamDispatch {
  /**
   * For history and replay: nothing is sent or counted.
   *
   * @param duplicate whether its event id is among those of the entries before.
   */
  evaluate(route: DurableRoute, content: EntryContent, duplicate: boolean): EvaluatedEntry;
  /** @param meta second argument for clients that asked for positions. */
  deliver(route: DurableRoute, content: EntryContent, duplicate: boolean, meta: () => string): EvaluatedEntry;
}

const NOBODY: EvaluatedEntry = Object.freeze({ rooms: Object.freeze([]), text: '' });
const NOTHING = Buffer.alloc(0);

export function createStreamDispatch(options: StreamDispatchOptions): StreamDispatch {
  const { events, limits } = options;
  return {
    evaluate(route, content, duplicate) {
      const message = readEntry(route, content, duplicate, limits);
      return 'kind' in message ? NOBODY : judgedOf(route, message, limits);
    },
    deliver(route, content, duplicate, meta) {
      const receivedAt = performance.now();
      const raw = content.payload ?? NOTHING;
      const entry = readEntry(route, content, duplicate, limits);
      const origin = 'kind' in entry ? {} : originOf(entry);
      const trace = beginTrace(events, route.stream.key, receivedAt, origin);
      const message = trace ? { ...entry, trace } : entry;
      const [outcome, judged] = 'kind' in message ? [message, NOBODY] : serve(route, message, content, meta, options);
      events.handled({
        channel: route.stream.key,
        bytes: sizeOf(content),
        raw,
        receivedAt,
        outcomes: [outcome],
        ...origin,
        ...(trace && { trace }),
      });
      return judged;
    },
  };
}

function readEntry(
  route: DurableRoute,
  { payload, bytes = 0 }: EntryContent,
  duplicate: boolean,
  limits: MessageLimits,
): Message | Outcome {
  const { field, openEnvelope } = route.stream;
  if (payload === undefined) return dropUnread(route, { reason: 'no-payload', detail: `no field "${field}"` });
  if (duplicate) return dropUnread(route, { reason: 'duplicate' });
  if (bytes > limits.maxMessageBytes) return dropUnread(route, tooLarge(bytes, limits));
  const message = readMessage(payload, limits, openEnvelope);
  return 'reason' in message ? dropUnread(route, message) : bodyFor(route, message);
}

/** Of an entry that was passed over nothing is known. */
function sizeOf({ bytes, payload = NOTHING }: EntryContent): number {
  return bytes !== undefined && Number.isFinite(bytes) ? bytes : payload.length;
}

function judgedOf(route: DurableRoute, message: Message, limits: MessageLimits): EvaluatedEntry {
  try {
    const judged = evaluate(route, message, limits);
    return 'kind' in judged ? NOBODY : { rooms: judged.rooms, text: message.text };
  } catch {
    // Told when the entry was live; here it is as good as dropped.
    return NOBODY;
  }
}

/** An entry that made the reader throw would come again and again. */
function serve(
  route: DurableRoute,
  message: Message & Traced,
  { eventId }: EntryContent,
  meta: () => string,
  { fanout, copies, limits }: StreamDispatchOptions,
): [Outcome, EvaluatedEntry] {
  try {
    const judged = evaluate(route, message, limits);
    const known = route.stream.alsoPubsub && copies.isKnown(route, eventId);
    const outcome =
      'kind' in judged
        ? judged
        : send(route, message, judged, route.shadow ? countOnly(fanout) : fanout, {
            route: route.name,
            meta,
            plain: !known,
          });
    const told: Outcome = route.shadow ? { kind: 'shadow', route, would: outcome } : outcome;
    return [withTrial(route, message, told), 'kind' in judged ? NOBODY : { rooms: judged.rooms, text: message.text }];
  } catch (error) {
    return [dropped(route, 'emit-failed', textOf(error)), NOBODY];
  }
}
