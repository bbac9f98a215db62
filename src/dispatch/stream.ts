import type { EventRoute, Route, RouteStream } from '../routes/plan.ts';
import type { Dedupe } from './dedupe.ts';
import { deliver } from './deliver.ts';
import { evaluate } from './evaluate.ts';
import { countOnly, type Fanout } from './fanout.ts';
import {
  bodyFor,
  readMessage,
  tooLarge,
  unreadable,
  type MessageLimits,
  type Published,
  type Unreadable,
} from './message.ts';
import { originOf } from './origin.ts';
import { asReported, dropped, dropUnopened, dropUnread, textOf, type Outcome } from './outcome.ts';
import { beginTrace, report, type DispatchEvents, type MessageTrace } from './report.ts';
import { withTrial } from './trial.ts';

/** A route that reads a stream. */
export type DurableRoute = EventRoute & { readonly stream: RouteStream };

export function isDurable(route: Route): route is DurableRoute {
  return route.stream !== undefined;
}

/** The parts of a stream entry that matter here. */
export interface EntryContent {
  readonly payload?: Buffer;
  /** Size of the whole payload, where `payload` is only its beginning. */
  readonly bytes?: number;
  readonly eventId?: string;
}

/** An entry after all checks: its recipients and its message; neither where it was dropped. */
export interface EvaluatedEntry {
  readonly rooms: readonly string[];
  readonly text: string;
}

export interface StreamDispatchOptions {
  readonly fanout: Fanout;
  readonly events: DispatchEvents;
  readonly limits: MessageLimits;
  readonly dedupe: Dedupe;
}

/** The message path of stream entries: the same steps as for Pub/Sub. Never throws, whatever the entry holds. */
export interface StreamDispatch {
  /**
   * Evaluates an entry for history and replay: sends, counts and reports nothing.
   *
   * @param duplicate whether an earlier entry has the same event id.
   */
  evaluate(route: DurableRoute, content: EntryContent, duplicate: boolean): EvaluatedEntry;
  /**
   * Evaluates a live entry, delivers and reports it.
   *
   * @param meta makes the second argument, for clients that asked for positions.
   */
  deliver(route: DurableRoute, content: EntryContent, duplicate: boolean, meta: () => string): EvaluatedEntry;
}

const NO_RECIPIENTS: EvaluatedEntry = Object.freeze({ rooms: Object.freeze([]), text: '' });
const EMPTY = Buffer.alloc(0);

export function createStreamDispatch(options: StreamDispatchOptions): StreamDispatch {
  const { events, limits } = options;
  return {
    evaluate(route, content, duplicate) {
      const message = readEntry(route, content, duplicate, limits);
      return message.kind === 'unreadable' ? NO_RECIPIENTS : evaluateEntry(route, message, limits);
    },
    deliver(route, content, duplicate, meta) {
      const receivedAt = performance.now();
      const received = { channel: route.stream.key, raw: content.payload ?? EMPTY, bytes: sizeOf(content), receivedAt };
      const message = readEntry(route, content, duplicate, limits);
      const origin = originOf(message, [route]);
      const trace = beginTrace(events, received, origin);
      const unread = message.kind === 'unreadable';
      const [outcome, evaluated] = unread
        ? [dropUnread(route, message), NO_RECIPIENTS]
        : serve(route, message, content, meta, options, trace);
      report(events, received, origin, unread, [outcome], trace);
      return evaluated;
    },
  };
}

function readEntry(
  route: DurableRoute,
  { payload, bytes = 0 }: EntryContent,
  duplicate: boolean,
  limits: MessageLimits,
): Published | Unreadable {
  if (payload === undefined) return unreadable('no-payload', `no field "${route.stream.field}"`);
  if (duplicate) return unreadable('duplicate');
  if (bytes > limits.maxMessageBytes) return tooLarge(bytes, limits);
  return readMessage(payload, limits);
}

/** Size of an entry's payload; 0 where Redis does not send it whole and the size is unknown. */
function sizeOf({ bytes, payload = EMPTY }: EntryContent): number {
  return bytes !== undefined && Number.isFinite(bytes) ? bytes : payload.length;
}

function evaluateEntry(route: DurableRoute, published: Published, limits: MessageLimits): EvaluatedEntry {
  try {
    const opened = published.openedBy(route.openEnvelope);
    if (opened.kind === 'not-cloudevent') return NO_RECIPIENTS;
    const message = bodyFor(route, opened);
    const evaluated = evaluate(route, message, limits);
    return evaluated.kind === 'dropped' ? NO_RECIPIENTS : { rooms: evaluated.rooms, text: message.text };
  } catch {
    // Reported when the entry was live; in history it counts as dropped.
    return NO_RECIPIENTS;
  }
}

/** Catches everything: an entry that made the reader throw would be read again and again. */
function serve(
  route: DurableRoute,
  published: Published,
  { eventId }: EntryContent,
  meta: () => string,
  { fanout, dedupe, limits }: StreamDispatchOptions,
  trace: MessageTrace | undefined,
): [Outcome, EvaluatedEntry] {
  try {
    const opened = published.openedBy(route.openEnvelope);
    if (opened.kind === 'not-cloudevent') return [dropUnopened(route, opened), NO_RECIPIENTS];
    const message = bodyFor(route, opened);
    const evaluated = evaluate(route, message, limits, trace);
    const known = route.stream.alsoPubsub && dedupe.isKnown(route, eventId);
    if (evaluated.kind === 'dropped') return [withTrial(route, message, asReported(route, evaluated)), NO_RECIPIENTS];
    const stamp = { route: route.name, meta, plain: !known };
    const outcome = deliver(route, message, evaluated, route.shadow ? countOnly(fanout) : fanout, trace, stamp);
    return [withTrial(route, message, asReported(route, outcome)), { rooms: evaluated.rooms, text: message.text }];
  } catch (error) {
    return [dropped(route, 'emit-failed', textOf(error)), NO_RECIPIENTS];
  }
}
