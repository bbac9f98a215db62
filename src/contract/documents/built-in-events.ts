import { GAP_REASONS } from '../../subscription/gap.ts';
import { RESET_REASONS } from '../../durable/reset-reasons.ts';
import { clientRoutes, type RoutesConfig } from '../../config/routes/route-config.ts';
import type { UserIdKind } from '../../schema/target-field.ts';
import type { Schema } from '../schemas/schema-bundle.ts';

/** An event of the gateway's own, which no route has. */
export interface BuiltInEvent {
  readonly event: string;
  readonly description: string;
  readonly payload: Schema;
}

const USER_ID: Readonly<Record<UserIdKind, Schema>> = {
  uint64: {
    description: 'Absent for anonymous clients. A number up to 2^53 - 1, decimal text beyond.',
    type: ['integer', 'string'],
  },
  text: { description: 'Absent for anonymous clients.', type: 'string' },
};

const connectedEvent = (kind: UserIdKind): BuiltInEvent => ({
  event: 'connected',
  description: 'The first event of each connection that is accepted.',
  payload: {
    description: 'Who the gateway takes the client for.',
    type: 'object',
    required: ['message', 'authenticated', 'timestamp'],
    properties: {
      message: { type: 'string' },
      userId: USER_ID[kind],
      authenticated: { type: 'boolean' },
      timestamp: { type: 'string', format: 'date-time' },
    },
  },
});

const PONG: BuiltInEvent = {
  event: 'pong',
  description: 'The answer to ping, which also goes to its acknowledgement if there is one.',
  payload: {
    type: 'object',
    required: ['timestamp'],
    properties: { timestamp: { description: 'Milliseconds since 1970.', type: 'integer' } },
  },
};

const PING: BuiltInEvent = {
  event: 'ping',
  description: 'Asks for a pong, with any argument or none.',
  payload: { description: 'Anything or nothing.' },
};

const TOKEN: BuiltInEvent = {
  event: 'gateway:token',
  description:
    'A fresh token of the same user, before the old one expires. Acknowledged with { ok: true, expires_at } or { ok: false, code, retry }.',
  payload: { description: 'The token.', type: 'string' },
};

const READY: BuiltInEvent = {
  event: 'gateway:ready',
  description:
    'For clients with auth: { resume, hold: true }: the listeners are there, and what was missed on durable routes may come. Within 30 s of the connect.',
  payload: { description: 'Nothing.' },
};

const POSITION = {
  route: { description: 'Of the routes file.', type: 'string' },
  e: { description: 'Names the history that the id belongs to.', type: 'string' },
  id: { description: 'Compares as text within one history: a later one is greater.', type: 'string' },
};
const POSITION_KEYS = Object.keys(POSITION);

/** The second argument of events of durable routes. */
export const META: Schema = {
  description:
    'Second argument, of events of durable routes and for clients with auth: { resume }: where the event stands.',
  type: 'object',
  required: POSITION_KEYS,
  properties: {
    ...POSITION,
    traceparent: { description: 'Of a traced message, for clients with auth: { trace: true }.', type: 'string' },
  },
};

const NOTICES: Readonly<Record<string, BuiltInEvent>> = {
  GatewayGap: {
    event: 'gateway:gap',
    description:
      'For clients with auth: { notices: true }. Messages of these routes may have been missed: reload what you show of them.',
    payload: {
      type: 'object',
      required: ['from', 'to', 'routes', 'reason'],
      properties: {
        from: { type: 'string', format: 'date-time' },
        to: { type: 'string', format: 'date-time' },
        routes: { type: 'array', items: { type: 'string' } },
        reason: { enum: [...GAP_REASONS] },
      },
    },
  },
  GatewayExpiring: {
    event: 'gateway:expiring',
    description:
      'For clients with auth: { notices: true }. The token is about to expire: send a fresh one with gateway:token.',
    payload: {
      type: 'object',
      required: ['after'],
      properties: { after: { description: 'Milliseconds until then.', type: 'integer' } },
    },
  },
  GatewayClosing: {
    event: 'gateway:closing',
    description: 'For clients with auth: { notices: true }. The gateway is about to close this connection.',
    payload: {
      type: 'object',
      required: ['code', 'retry', 'after'],
      properties: {
        code: { description: 'One of the closings of docs/errors.md.', type: 'string' },
        retry: { description: 'Whether the client may come back.', type: 'boolean' },
        after: { description: 'Milliseconds to wait before.', type: 'integer' },
      },
    },
  },
};

const OF_STREAMS: Readonly<Record<string, BuiltInEvent>> = {
  GatewayPosition: {
    event: 'gateway:position',
    description:
      'For clients with auth: { resume }: how far they have come on a durable route, on connect and every few seconds.',
    payload: {
      type: 'object',
      required: POSITION_KEYS,
      properties: { ...POSITION, resumed: { description: 'How many missed events came before.', type: 'integer' } },
    },
  },
  GatewayReset: {
    event: 'gateway:reset',
    description:
      'For clients with auth: { resume }: the missed events of a durable route cannot be replayed. Reload its state, and continue from this position.',
    payload: {
      type: 'object',
      required: ['route', 'reason', 'e', 'id'],
      properties: { ...POSITION, reason: { enum: [...RESET_REASONS] } },
    },
  },
};

/** The second argument of other events. */
export const TRACE_META: Schema = {
  description: 'Second argument, of traced messages and for clients with auth: { trace: true }.',
  type: 'object',
  required: ['traceparent'],
  properties: { traceparent: { type: 'string' } },
};

/** What clients may send, by name; what durable routes bring along only where there is one. */
export function clientSays(config: RoutesConfig): Readonly<Record<string, BuiltInEvent>> {
  return { Ping: PING, GatewayToken: TOKEN, ...(hasStreams(config) && { GatewayReady: READY }) };
}

/** Names that no event of a route may take, whether a file has durable routes or not: adding one renames nothing. */
export const BUILT_IN_NAMES = [
  'Connected',
  'Pong',
  'GatewayReady',
  'GatewayToken',
  ...Object.keys(NOTICES),
  ...Object.keys(OF_STREAMS),
];

/** What the gateway itself says to clients, by name; what durable routes bring along only where there is one. */
export function builtInEvents(config: RoutesConfig): Readonly<Record<string, BuiltInEvent>> {
  return {
    Connected: connectedEvent(config.identity.userId),
    Pong: PONG,
    ...NOTICES,
    ...(hasStreams(config) && OF_STREAMS),
  };
}

export function hasStreams(config: RoutesConfig): boolean {
  return clientRoutes(config).routes.some(({ stream }) => stream !== undefined);
}
