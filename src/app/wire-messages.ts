import type { Feed } from '../admin/feed.ts';
import { redisTlsFiles, type Settings } from '../config/environment/environment.ts';
import { clientRoutes } from '../config/routes/load-routes.ts';
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

/** Of routes that allow more than ever comes: `gateway check` does not know with which limits a gateway will run. */
export function warnIneffectiveLimits({ maxMessageBytes }: Settings, telemetry: Telemetry): (plan: Plan) => void {
  return ({ routes }) => {
    const vain = routes.filter(({ maxBytes }) => maxBytes !== Infinity && maxBytes > maxMessageBytes);
    if (vain.length === 0) return;
    const named = { routes: vain.map(({ name }) => name), maxMessageBytes };
    telemetry.logger.warn(named, 'max_bytes of these routes is above MAX_MESSAGE_BYTES, which holds');
  };
}

/** What shares the connection for commands. */
export function createRedisCommandParts(settings: Settings, telemetry: Telemetry) {
  const target = redisTarget(settings);
  const commands = createCommands(target, 'websocket-gateway-commands', telemetry.source.connectFailed);
  return {
    commands,
    quarantine: createQuarantine(createQuarantineWriter(commands, settings.quarantineEntries), telemetry.quarantine),
    streams: createRedisStreams(target, commands, telemetry.source, settings.maxMessageBytes),
  };
}

/** What the ways of messages have in common, whatever their source is. */
type MessagePaths = Omit<DispatchOptions, 'plan' | 'control'> & StreamDispatchOptions;

interface Reached {
  readonly fanout: Fanout;
  readonly feed: Feed;
  readonly quarantine: Quarantine;
}

export function createMessagePaths(
  { fanout, feed, quarantine }: Reached,
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
  // Each gap ends with this. So does the time before the first: clients may have come, and revocations for them.
  const subscribed = notifyAll(telemetry.source.subscribed, paths.control.invalidateAll);
  const source = createSubscriptions(dispatch, { ...telemetry.source, gapEnded, subscribed });
  void source.subscribeTo(live.current().channels);
  return source;
}

/** Tells those who asked, of the routes that they may hear. */
function createGapNotices(live: LivePlan, notices: Notices): (gap: Gap) => void {
  return (gap) => {
    const routes = clientRoutes(live.routes()).routes.filter(({ channels }) => channels.length > 0);
    const tell = (whom: 'users' | 'anonymous', affected: typeof routes): void => {
      if (affected.length === 0) return;
      notices.notify(NOTICE_ROOMS[whom], 'gateway:gap', { ...gap, routes: affected.map(({ name }) => name) });
    };
    tell('users', routes);
    tell(
      'anonymous',
      routes.filter(({ audience }) => audience === 'anyone'),
    );
  };
}

/** One event for several listeners, in this order. */
export function notifyAll<T>(...listeners: readonly ((event: T) => void)[]): (event: T) => void {
  return (event) => {
    for (const listener of listeners) listener(event);
  };
}
