import type { Finding } from '../config/text/findings.ts';
import type { Explanation } from '../contract/explain/explain.ts';
import type { DropReason } from '../dispatch/drop-reasons.ts';

// JSON shapes of `/admin/*`. The console imports them too; docs/admin-api.md documents them.

/** Answer of `GET /admin/plan`: the plan in force, and the last refused reload. */
export interface PlanAnswer {
  readonly instance: {
    readonly version: string;
    readonly mode: 'development' | 'production';
    /** Path that clients connect to (`SOCKET_PATH`). */
    readonly socketPath: string;
  };
  readonly plan: { readonly number: number; readonly hash: string; readonly loadedAt: string };
  /** The last refused reload, until a reload succeeds. */
  readonly refused?: RefusedReload;
  readonly routes: readonly RouteAnswer[];
}

export interface RefusedReload {
  /** ISO 8601. */
  readonly at: string;
  /** Present where the files are valid and Redis refused the channels. */
  readonly reason?: string;
  readonly findings: readonly (Finding & { readonly text: string })[];
}

/** A route as configured. */
export interface RouteAnswer {
  readonly name: string;
  readonly description?: string;
  readonly channels: readonly string[];
  /** Absent where the route has an `action`. */
  readonly event?: string;
  readonly action?: 'disconnect';
  /** `when` as written; absent where the route takes every message. */
  readonly when?: unknown;
  /** What takes the payload out of a message. */
  readonly envelope: 'fields' | 'cloudevents' | 'laravel';
  /** Field of the body whose value is sent; absent where all of the body is. */
  readonly payload?: string;
  /** The target in words: `broadcast to authenticated clients`, `users in old_owner_id?, new_owner_id`. */
  readonly target: string;
  readonly shadow: boolean;
  readonly onInvalid: 'drop' | 'quarantine';
  /** Path as written in the routes file. */
  readonly schemaPath: string;
  /** The schema as one document, with its references inlined. */
  readonly schema: unknown;
  /** The first example of the schema, as JSON text. */
  readonly example?: string;
}

/** Answer of `GET /admin/activity`: counts since the start of this instance. A rate takes two answers and the time between. */
export interface ActivityAnswer {
  /** ISO 8601. */
  readonly at: string;
  readonly connections: number;
  readonly users: number;
  readonly ready: boolean;
  readonly problems: readonly string[];
  readonly routes: Readonly<Record<string, RouteActivity>>;
}

export interface RouteActivity {
  readonly received: number;
  readonly delivered: number;
  readonly notHere: number;
  /** Messages that the route passes over: its `when` does not hold. */
  readonly passedOver: number;
  readonly recipients: number;
  /** ISO 8601; absent before the first. */
  readonly lastMessageAt?: string;
  readonly drops: readonly DropActivity[];
}

export interface DropActivity {
  readonly reason: DropReason;
  readonly count: number;
  readonly lastAt: string;
  /** Path and violated rule of the last drop; never a value of the payload. */
  readonly sample?: string;
}

/** A line of `GET /admin/feed` (application/x-ndjson): one per message, as the gateway handles it. */
export interface FeedLine {
  readonly at: string;
  readonly channel: string;
  readonly bytes: number;
  readonly outcomes: readonly {
    readonly route?: string;
    readonly event?: string;
    readonly outcome: 'delivered' | 'disconnected' | 'not-here' | 'dropped' | 'shadow';
    readonly recipients?: number;
    readonly reason?: DropReason;
    readonly detail?: string;
  }[];
  /** Names of routes whose `when` does not hold; absent where there are none. */
  readonly passedOver?: readonly string[];
  /** As published, cut at 16 KiB; only with `?payloads=1`. */
  readonly payload?: string;
  /** Lines left out before this one: above the rate limit, or the reader is slow. */
  readonly heldBack?: number;
}

/** Body of `POST /admin/explain`. */
export interface ExplainQuestion {
  readonly channel: string;
  /** Text of the message. */
  readonly payload: string;
  /** A user id, or `anonymous`. */
  readonly user?: string;
}

export interface ExplainAnswer {
  readonly plan: { readonly number: number; readonly hash: string };
  readonly explanation: Explanation;
  /** Sockets on this instance that would receive the event now, by route name. */
  readonly sockets: Readonly<Record<string, number>>;
  /** Sockets of the requested user on this instance. */
  readonly userSockets?: number;
}

/** Body of `POST /admin/publish`, which exists in development only. */
export interface PublishQuestion {
  readonly channel: string;
  readonly payload: string;
  /** Whether a message is published that a route would drop. */
  readonly force?: boolean;
}

export interface PublishAnswer {
  /** Redis connections that received it; each instance has one. Absent for a stream, and with a cluster, which counts one node only. */
  readonly receivers?: number;
  /** Id of the stream entry. Redis does not count the readers of a stream. */
  readonly entryId?: string;
}

/** Body of every answer other than 2xx. */
export interface ErrorAnswer {
  readonly error: string;
  /** Reasons of a refused publish: the drop of each route. */
  readonly drops?: readonly string[];
}
