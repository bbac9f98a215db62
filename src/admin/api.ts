import type { Finding } from '../config/text/findings.ts';
import type { Explanation } from '../contract/explain/explain.ts';
import type { DropReason } from '../dispatch/drop-reasons.ts';

// What `/admin/*` answers, as JSON. The console imports these shapes too; docs/admin-api.md tells them to people.

/** `GET /admin/plan`: what is in force, and what was refused last. */
export interface PlanAnswer {
  readonly instance: {
    readonly version: string;
    readonly mode: 'development' | 'production';
    /** Where clients connect, as `SOCKET_PATH` has it. */
    readonly socketPath: string;
  };
  readonly plan: { readonly number: number; readonly hash: string; readonly loadedAt: string };
  /** The last refused reload, until the files are in order again. */
  readonly refused?: RefusedReload;
  readonly routes: readonly RouteAnswer[];
}

export interface RefusedReload {
  /** ISO 8601. */
  readonly at: string;
  /** Where the files are fine and Redis refused the channels. */
  readonly reason?: string;
  readonly findings: readonly (Finding & { readonly text: string })[];
}

/** A route as configured. */
export interface RouteAnswer {
  readonly name: string;
  readonly description?: string;
  readonly channels: readonly string[];
  /** Absent where the route does something else: then `action` says what. */
  readonly event?: string;
  readonly action?: 'disconnect';
  /** In words of the routes file: `broadcast to authenticated clients`, `users in old_owner_id?, new_owner_id`. */
  readonly target: string;
  readonly shadow: boolean;
  readonly onInvalid: 'drop' | 'quarantine';
  /** Path as the routes file has it. */
  readonly schemaPath: string;
  /** One document, its references inside. */
  readonly schema: unknown;
  /** The first example of the schema, as JSON text. */
  readonly example?: string;
}

/** `GET /admin/activity`: counts since the start of this instance. Rates are the reader's: two answers and the time between. */
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
  readonly recipients: number;
  /** ISO 8601; absent before the first. */
  readonly lastMessageAt?: string;
  readonly drops: readonly DropActivity[];
}

export interface DropActivity {
  readonly reason: DropReason;
  readonly count: number;
  readonly lastAt: string;
  /** The place of failure and the rule broken there, of the last one. Never a value of the payload. */
  readonly sample?: string;
}

/** `GET /admin/feed`: one such line of JSON per message (application/x-ndjson), as they pass. */
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
  /** As published, cut at 16 KiB; only with `?payloads=1`. */
  readonly payload?: string;
  /** Lines left out before this one, because there were too many or the reader is slow. */
  readonly heldBack?: number;
}

/** `POST /admin/explain` */
export interface ExplainQuestion {
  readonly channel: string;
  /** The message's text. */
  readonly payload: string;
  /** A user id, or `anonymous`. */
  readonly user?: string;
}

export interface ExplainAnswer {
  readonly plan: { readonly number: number; readonly hash: string };
  readonly explanation: Explanation;
  /** Sockets on this instance that each route would reach now, by route name. */
  readonly sockets: Readonly<Record<string, number>>;
  /** Sockets of the user asked about, on this instance. */
  readonly userSockets?: number;
}

/** `POST /admin/publish`, in development only. */
export interface PublishQuestion {
  readonly channel: string;
  readonly payload: string;
  /** Publish what a route would drop, too. */
  readonly force?: boolean;
}

export interface PublishAnswer {
  /** Redis connections that got it; each gateway instance has one. Absent where it went to a stream alone, and with a cluster, which does not tell. */
  readonly receivers?: number;
  /** The entry that it became, of a stream. Who reads a stream Redis does not count. */
  readonly entryId?: string;
}

/** Any answer but 2xx. */
export interface ErrorAnswer {
  readonly error: string;
  /** Why a publish was refused: what each route would do to the message. */
  readonly drops?: readonly string[];
}
