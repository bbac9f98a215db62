import type { Route } from '../routes/plan.ts';
import type { Recipients } from '../routes/target.ts';
import type { Dedupe } from './dedupe.ts';
import { deliver } from './deliver.ts';
import { readEntry, type DurableRoute, type EntryContent } from './entry.ts';
import { evaluate } from './evaluate.ts';
import { countOnly, type Fanout } from './fanout.ts';
import { bodyFor, type MessageLimits, type Published } from './message.ts';
import { NO_ORIGIN, originOf } from './origin.ts';
import { asReported, dropped, dropUnopened, dropUnread, textOf, type Outcome } from './outcome.ts';
import { beginTrace, report, type DispatchEvents, type MessageTrace } from './report.ts';
import { withTrial } from './trial.ts';

/** An entry after all checks: its recipients and its message; neither where it was dropped. */
export interface EvaluatedEntry {
  readonly rooms: readonly string[];
  /** Rooms whose members are no recipients. */
  readonly except: readonly string[];
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

const NO_RECIPIENTS: EvaluatedEntry = Object.freeze({
  rooms: Object.freeze([]),
  except: Object.freeze([]),
  text: '',
});
const EMPTY = Buffer.alloc(0);

export function createStreamDispatch(options: StreamDispatchOptions): StreamDispatch {
  const { events, limits } = options;
  const filteredOf = filteredRoutes();
  return {
    evaluate(route, content, duplicate) {
      const message = readEntry(route, content, duplicate, limits);
      return message.kind === 'published' ? evaluateEntry(route, message, limits) : NO_RECIPIENTS;
    },
    deliver(route, content, duplicate, meta) {
      const receivedAt = performance.now();
      const received = { channel: route.stream.key, raw: content.payload ?? EMPTY, bytes: sizeOf(content), receivedAt };
      const message = readEntry(route, content, duplicate, limits);
      if (message.kind === 'unreadable') {
        const trace = beginTrace(events, received, NO_ORIGIN);
        const outcomes = [dropUnread(route, message)];
        report(events, received, NO_ORIGIN, true, NONE, outcomes, trace);
        return NO_RECIPIENTS;
      }
      const published = message.kind === 'passed-over' ? message.published : message;
      const origin = originOf(published, [route]);
      const trace = beginTrace(events, received, origin);
      const served =
        message.kind === 'passed-over' ? PASSED_OVER : serve(route, message, content, meta, options, trace);
      report(events, received, origin, false, filteredOf(route), served.outcomes, trace);
      return served.evaluated;
    },
  };
}

interface Served {
  readonly outcomes: readonly Outcome[];
  readonly evaluated: EvaluatedEntry;
}

const PASSED_OVER: Served = Object.freeze({ outcomes: Object.freeze([]), evaluated: NO_RECIPIENTS });
const NONE: readonly Route[] = Object.freeze([]);

/** Returns one list per route with `when`, which all its messages share. */
function filteredRoutes(): (route: DurableRoute) => readonly Route[] {
  const known = new WeakMap<DurableRoute, readonly Route[]>();
  return (route) => {
    if (route.when === undefined) return NONE;
    const list = known.get(route) ?? Object.freeze([route]);
    known.set(route, list);
    return list;
  };
}

/** Size of an entry's payload; 0 where Redis does not send it whole and the size is unknown. */
function sizeOf({ bytes, payload = EMPTY }: EntryContent): number {
  return bytes !== undefined && Number.isFinite(bytes) ? bytes : payload.length;
}

function evaluateEntry(route: DurableRoute, published: Published, limits: MessageLimits): EvaluatedEntry {
  try {
    const opened = published.openedBy(route.openEnvelope);
    if (opened.kind === 'unopened') return NO_RECIPIENTS;
    const message = bodyFor(route, opened);
    const evaluated = evaluate(route, message, limits);
    return evaluated.kind === 'dropped' ? NO_RECIPIENTS : entryOf(evaluated, message.text);
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
): Served {
  try {
    const opened = published.openedBy(route.openEnvelope);
    if (opened.kind === 'unopened') return droppedAs(dropUnopened(route, opened));
    const message = bodyFor(route, opened);
    const evaluated = evaluate(route, message, limits, trace);
    const known = route.stream.alsoPubsub && dedupe.isKnown(route, eventId);
    if (evaluated.kind === 'dropped') return droppedAs(withTrial(route, message, asReported(route, evaluated)));
    const stamp = { route: route.name, meta, plain: !known };
    const outcome = deliver(route, message, evaluated, route.shadow ? countOnly(fanout) : fanout, trace, stamp);
    const outcomes = [withTrial(route, message, asReported(route, outcome))];
    return { outcomes, evaluated: entryOf(evaluated, message.text) };
  } catch (error) {
    return droppedAs(dropped(route, 'emit-failed', textOf(error)));
  }
}

function entryOf({ rooms, except }: Recipients, text: string): EvaluatedEntry {
  return { rooms, except, text };
}

function droppedAs(outcome: Outcome): Served {
  return { outcomes: [outcome], evaluated: NO_RECIPIENTS };
}
