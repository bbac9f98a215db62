import type { Feed } from '../admin/feed.ts';
import { redisTlsFiles, type Settings } from '../config/environment.ts';
import { heardByClients } from '../config/routes-file.ts';
import { createCopies } from '../dispatch/copies.ts';
import { createDispatch, type DispatchOptions } from '../dispatch/dispatch.ts';
import type { Fanout } from '../dispatch/fanout.ts';
import { createStreamDispatch, type StreamDispatchOptions } from '../dispatch/stream-dispatch.ts';
import { DurableRoutes, type Durable } from '../durable/durable.ts';
import { createQuarantine, type Quarantine } from '../durable/quarantine.ts';
import { createCommands } from '../redis/commands.ts';
import { createQuarantineWriter } from '../redis/quarantine-writer.ts';
import { createRedisStreams, type RedisStreams } from '../redis/streams.ts';
import type { RedisTarget } from '../redis/topology.ts';
import type { LivePlan } from '../reload.ts';
import type { Plan } from '../routes/plan.ts';
import { NOTICE_ROOMS } from '../routes/rooms.ts';
import { createNotices, type Notices } from '../sockets/notices.ts';
import type { Gap } from '../source/gap.ts';
import { createSource, type Source } from '../source/subscription.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import type { Revoking } from './clients.ts';

export function redisTarget(settings: Settings): RedisTarget {
  return { address: settings.redis, tlsFiles: redisTlsFiles(settings), natMap: settings.redisNatMap };
}

/** Of routes that allow more than ever comes: `gateway check` does not know with which limits a gateway will run. */
export function tellVainLimits({ maxMessageBytes }: Settings, telemetry: Telemetry): (plan: Plan) => void {
  return ({ routes }) => {
    const vain = routes.filter(({ maxBytes }) => maxBytes !== Infinity && maxBytes > maxMessageBytes);
    if (vain.length === 0) return;
    const named = { routes: vain.map(({ name }) => name), maxMessageBytes };
    telemetry.logger.warn(named, 'max_bytes of these routes is above MAX_MESSAGE_BYTES, which holds');
  };
}

/** What shares the connection for commands. */
export function createCommandParts(settings: Settings, telemetry: Telemetry) {
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
      handled: toEach(telemetry.messages.handled, telemetry.counts.handled, feed.handled, quarantine.handled),
    },
    limits: settings,
    copies: createCopies(),
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
    // Half of what cuts a client off: live events find room beside a replay.
    calmBytes: settings.maxQueueBytes / 2,
  });
}

export function createPlanSource(
  live: LivePlan,
  paths: MessagePaths & { readonly control: Revoking },
  telemetry: Telemetry,
): Source {
  const dispatch = createDispatch({ plan: live.current, ...paths });
  const gapEnded = toEach(telemetry.source.gapEnded, createGapNotices(live, createNotices(paths.fanout)));
  // Each gap ends with this. So does the time before the first: clients may have come, and revocations for them.
  const subscribed = toEach(telemetry.source.subscribed, paths.control.distrustAll);
  const source = createSource(dispatch, { ...telemetry.source, gapEnded, subscribed });
  void source.follow(live.current().channels);
  return source;
}

/** Tells those who asked, of the routes that they may hear. */
function createGapNotices(live: LivePlan, notices: Notices): (gap: Gap) => void {
  return (gap) => {
    const routes = heardByClients(live.routes()).routes.filter(({ channels }) => channels.length > 0);
    const tell = (whom: 'users' | 'anonymous', affected: typeof routes): void => {
      if (affected.length === 0) return;
      notices.tell(NOTICE_ROOMS[whom], 'gateway:gap', { ...gap, routes: affected.map(({ name }) => name) });
    };
    tell('users', routes);
    tell(
      'anonymous',
      routes.filter(({ audience }) => audience === 'anyone'),
    );
  };
}

/** One event for several listeners, in this order. */
export function toEach<T>(...listeners: readonly ((event: T) => void)[]): (event: T) => void {
  return (event) => {
    for (const listener of listeners) listener(event);
  };
}
