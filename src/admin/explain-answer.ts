import { sourcesOf, type RoutesConfig } from '../config/routes/route-config.ts';
import { explain, type Explanation } from '../contract/explain/explain.ts';
import { clientNames, readClient, type Client } from '../contract/explain/receives.ts';
import type { MessageLimits } from '../dispatch/message.ts';
import type { LivePlan } from '../reload/live-plan.ts';
import { AUDIENCE_ROOMS, userRoom } from '../routes/rooms.ts';
import type { ExplainAnswer } from './api.ts';
import { readExplainQuestion } from './questions.ts';
import { refused, type Reply } from './reply.ts';

/** Counts the sockets of this instance that are in any of these rooms. */
export type SocketsIn = (rooms: readonly string[]) => number;

/** Explains a message with the plan in force, and counts the sockets on this instance that would receive it. */
export function answerExplain(
  body: unknown,
  live: LivePlan,
  limits: MessageLimits,
  socketsIn: SocketsIn,
): Reply<ExplainAnswer> {
  const reading = readExplainQuestion(body);
  if ('error' in reading) return refused('malformed', reading.error);
  const { channel, payload, user } = reading.question;
  const kind = live.routes().identity.userId;
  const client = user === undefined ? undefined : readClient(user, kind);
  if (user !== undefined && !client)
    return refused('malformed', `user: found ${JSON.stringify(user)}. Allowed is ${clientNames(kind)}`);
  const raw = Buffer.from(payload, 'utf8');
  const config = routesOn(live.routes(), channel);
  const explanation = explain(config, { channel, raw, limits, ...(client && { client }) });
  const { number, hash } = live.current();
  return {
    answer: {
      plan: { number, hash },
      explanation,
      sockets: Object.fromEntries(reached(explanation, socketsIn)),
      ...(client && { userSockets: socketsOf(client, socketsIn) }),
    },
  };
}

/** Keeps the routes of one channel, so that only they are compiled; all routes where none has it, for suggestions of similar names. */
export function routesOn(config: RoutesConfig, channel: string): RoutesConfig {
  const routes = config.routes.filter((route) => sourcesOf(route).includes(channel));
  return routes.length === 0 ? config : { ...config, routes };
}

function reached({ routes }: Explanation, socketsIn: SocketsIn): [string, number][] {
  return routes.map(({ route, result }) => [route, socketsIn(roomsOf(result))]);
}

function roomsOf(result: Explanation['routes'][number]['result']): readonly string[] {
  if (result.kind === 'dropped' || result.kind === 'passed-over') return [];
  return result.kind === 'sent' ? result.rooms : result.users.map(userRoom);
}

function socketsOf({ user }: Client, socketsIn: SocketsIn): number {
  if (user !== undefined) return socketsIn([userRoom(user)]);
  return socketsIn([AUDIENCE_ROOMS.anyone]) - socketsIn([AUDIENCE_ROOMS.authenticated]);
}
