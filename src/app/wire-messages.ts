import type { Feed } from '../admin/feed.ts';
import { redisTlsFiles, type Settings } from '../config/environment/environment.ts';
import { clientRoutes } from '../config/routes/route-config.ts';
import { createDedupe } from '../dispatch/dedupe.ts';
import { createDispatch, type DispatchOptions } from '../dispatch/pubsub.ts';
import type { Fanout } from '../dispatch/fanout.ts';
import { createStreamDispatch, type StreamDispatchOptions } from '../dispatch/stream.ts';
import { DurableRoutes, type Durable } from '../durable/durable.ts';
import { createQuarantine, type Quarantine } from '../quarantine/quarantine.ts';
import { createCommands } from '../redis/commands.ts';
import { createQuarantineWriter } from '../redis/quarantine-writer.ts';
import { createRedisStreams, type RedisStreams } from '../redis/streams.ts';
import type { RedisTarget } from '../redis/redis-target.ts';
import type { LivePlan } from '../reload/live-plan.ts';
import type { Plan } from '../routes/plan.ts';
import { NOTICE_ROOMS } from '../routes/rooms.ts';
import { createNotices, type Notices } from '../sockets/fanout/notices.ts';
import type { Gap } from '../subscription/gap.ts';
import { createSubscriptions, type Subscriptions } from '../subscription/subscription.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import type { Revoking } from './wire-connections.ts';

export function redisTarget(settings: Settings): RedisTarget {
  return { address: settings.redis, tlsFiles: redisTlsFiles(settings), natMap: settings.redisNatMap };
}

/** Warns of routes whose `max_bytes` has no effect, now and after each reload: `gateway check` does not know the limits of the gateway. */
export function warnIneffectiveLimits(
  { maxMessageBytes }: Settings,
  telemetry: Telemetry,
  first: Plan,
): (plan: Plan) => void {
  const warn = ({ routes }: Plan): void => {
    const ineffective = routes.filter(({ maxBytes }) => maxBytes !== Infinity && maxBytes > maxMessageBytes);
    if (ineffective.length === 0) return;
    const named = { routes: ineffective.map(({ name }) => name), maxMessageBytes };
    telemetry.logger.warn(named, 'max_bytes exceeds MAX_MESSAGE_BYTES and has no effect');
  };
  warn(first);
  return warn;
}

/** Creates the parts that share the Redis connection for commands. */
export function createRedisCommandParts(settings: Settings, telemetry: Telemetry) {
  const target = redisTarget(settings);
  const commands = createCommands(target, 'websocket-gateway-commands', telemetry.source.connectFailed);
  return {
    commands,
    quarantine: createQuarantine(createQuarantineWriter(commands, settings.quarantineEntries), telemetry.quarantine),
    streams: createRedisStreams(target, commands, telemetry.source, settings.maxMessageBytes),
  };
}

/** What the message paths of Pub/Sub and of streams share. */
type MessagePaths = Omit<DispatchOptions, 'plan' | 'control'> & StreamDispatchOptions;

interface MessageParts {
  readonly fanout: Fanout;
  readonly feed: Feed;
  readonly quarantine: Quarantine;
}

export function createMessagePaths(
  { fanout, feed, quarantine }: MessageParts,
  settings: Settings,
  telemetry: Telemetry,
): MessagePaths {
  return {
    fanout,
    events: {
      begun: telemetry.messages.begun,
      handled: notifyAll(telemetry.messages.handled, telemetry.counts.handled, feed.handled, quarantine.handled),
    },
    limits: settings,
    dedupe: createDedupe(),
  };
}

export function createDurableRoutes(
  paths: MessagePaths,
  streams: RedisStreams,
  settings: Settings,
  telemetry: Telemetry,
): Durable {
  return new DurableRoutes({
    open: ({ key, field, idField }) => streams.open(key, { payload: field, eventId: idField }),
    dispatch: createStreamDispatch(paths),
    events: telemetry.durable,
    // Half of the queue that cuts a client off, so that live events have room during a replay.
    pauseAboveBytes: settings.maxQueueBytes / 2,
  });
}

export function createPlanSource(
  live: LivePlan,
  paths: MessagePaths & { readonly control: Revoking },
  telemetry: Telemetry,
): Subscriptions {
  const dispatch = createDispatch({ plan: live.current, ...paths });
  const gapEnded = notifyAll(telemetry.source.gapEnded, createGapNotices(live, createNotices(paths.fanout)));
  // Ends each gap, and the time before the first subscription: clients may have connected, and their tokens been revoked.
  const subscribed = notifyAll(telemetry.source.subscribed, paths.control.invalidateAll);
  const source = createSubscriptions(dispatch, { ...telemetry.source, gapEnded, subscribed });
  void source.subscribeTo(live.current().channels);
  return source;
}

/** Sends `gateway:gap` to clients that asked for it, with the routes whose events they may receive. */
function createGapNotices(live: LivePlan, notices: Notices): (gap: Gap) => void {
  return (gap) => {
    const routes = clientRoutes(live.routes()).routes.filter(({ channels }) => channels.length > 0);
    const notify = (clients: 'users' | 'anonymous', affected: typeof routes): void => {
      if (affected.length === 0) return;
      notices.notify(NOTICE_ROOMS[clients], 'gateway:gap', { ...gap, routes: affected.map(({ name }) => name) });
    };
    notify('users', routes);
    notify(
      'anonymous',
      routes.filter(({ audience }) => audience === 'anyone'),
    );
  };
}

/** Passes one event to several listeners, in this order. */
export function notifyAll<T>(...listeners: readonly ((event: T) => void)[]): (event: T) => void {
  return (event) => {
    for (const listener of listeners) listener(event);
  };
}
