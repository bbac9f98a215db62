import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Fault } from './fault.ts';
import { losesRedis, notReady } from './signs.ts';
import type { Site } from './site.ts';

const firstNotReady = ({ gateways: [first] }: Site): Promise<boolean> => notReady(first);
const firstLosesRedis = ({ gateways: [first] }: Site): Promise<boolean> => losesRedis(first);

/** Each may listen elsewhere. */
const oneLosesRedis = ({ gateways }: Site): Promise<boolean> => Promise.any(gateways.map(losesRedis));

const BIG = 'x'.repeat(100_000);
/** More than the kernel's buffers hold on the way. */
const BIG_ONES = 300;
/** A user who is nowhere. */
const NOBODY = ['1'];

async function publishBig({ publisher }: Site): Promise<void> {
  for (let i = 0; i < BIG_ONES; i += 1) await publisher.publish('some', NOBODY, BIG);
}

const DUMP = `gateway-faults-${process.pid}.rdb`;
/** With the delay below it takes some four seconds to load them. */
const KEYS = 4000;
const SLOW_LOADING = [
  '--enable-debug-command local',
  `--dbfilename ${DUMP}`,
  '--key-load-delay 1000',
  '--loading-process-events-interval-bytes 1024',
].flatMap((option) => option.split(' '));

/** What befalls Redis, or the way to it. */
export const REDIS_FAULTS: readonly Fault[] = [
  {
    id: 'F11',
    title: 'Redis is killed, and started empty after 3 s',
    site: { gateways: 2 },
    ci: true,
    inject: ({ redis }) => redis.kill(),
    noticed: firstNotReady,
    lasts: 3000,
    heal: ({ redis }) => redis.start(),
  },
  {
    id: 'F13',
    title: 'one instance’s connections to Redis are half-open for 8 s',
    site: { gateways: 2 },
    ci: true,
    inject: ({ gateways: [first] }) => first.redisLink.blackhole(),
    noticed: firstLosesRedis,
    lasts: 8000,
    heal: ({ gateways: [first] }) => first.redisLink.pass(),
  },
  {
    id: 'F13 down',
    title: 'half-open in one direction: nothing arrives from Redis for 8 s',
    site: { gateways: 2 },
    inject: ({ gateways: [first] }) => first.redisLink.blackhole('down'),
    noticed: firstLosesRedis,
    lasts: 8000,
    heal: ({ gateways: [first] }) => first.redisLink.pass(),
  },
  {
    id: 'F13 up',
    // Not noticed while messages come: each of them is a sign of life.
    title: 'half-open in the other: nothing reaches Redis for 8 s; published messages still arrive',
    site: { gateways: 2 },
    inject: ({ gateways: [first] }) => first.redisLink.blackhole('up'),
    lasts: 8000,
    heal: ({ gateways: [first] }) => first.redisLink.pass(),
  },
  {
    id: 'F14',
    title: 'all subscribers are killed (CLIENT KILL), three times',
    site: { gateways: 2 },
    ci: true,
    async inject({ redis }) {
      for (let round = 0; round < 3; round += 1) {
        await redis.command('CLIENT', 'KILL', 'TYPE', 'pubsub');
        await pause(1000);
      }
    },
    noticed: firstLosesRedis,
    lasts: 0,
    async heal({ redis }) {
      const clients = String(await redis.command('CLIENT', 'LIST', 'TYPE', 'pubsub'));
      const count = clients.trim().split('\n').length;
      return count <= 2 ? [] : [`${count} subscribers of two instances`];
    },
  },
  {
    id: 'F15',
    title: 'Redis hangs for 8 s (SIGSTOP)',
    site: { gateways: 2 },
    inject: ({ redis }) => redis.hang(),
    noticed: firstNotReady,
    lasts: 8000,
    heal: ({ redis }) => redis.resume(),
  },
  {
    id: 'F15 pause',
    title: 'Redis answers no client for 8 s (CLIENT PAUSE)',
    site: { gateways: 2 },
    inject: async ({ redis }) => void (await redis.command('CLIENT', 'PAUSE', 8000, 'ALL')),
    noticed: firstNotReady,
    lasts: 8000,
  },
  {
    id: 'F16',
    title: 'the path to Redis takes 200 ± 100 ms, for 6 s',
    site: { gateways: 2 },
    inject: ({ gateways: [first] }) => first.redisLink.delay(200, 100),
    lasts: 6000,
    heal: ({ gateways: [first] }) => first.redisLink.pass(),
  },
  {
    id: 'F18',
    title: 'Redis disconnects a subscriber that reads too slowly (output buffer limit)',
    site: { gateways: 2 },
    ci: true,
    async inject(site) {
      await site.redis.command('CONFIG', 'SET', 'client-output-buffer-limit', 'pubsub 1mb 1mb 0');
      site.gateways[0].redisLink.blackhole('down');
      await publishBig(site);
    },
    noticed: firstLosesRedis,
    lasts: 0,
    heal: ({ gateways: [first] }) => first.redisLink.pass(),
  },
  {
    id: 'F19',
    title: 'Redis is out of memory',
    site: { gateways: 2 },
    inject: async ({ redis }) => void (await redis.command('CONFIG', 'SET', 'maxmemory', '1mb')),
    lasts: 3000,
    heal: async ({ redis }) => void (await redis.command('CONFIG', 'SET', 'maxmemory', 0)),
  },
  {
    id: 'F20',
    title: 'the password changes and subscribers are disconnected, for 6 s',
    site: { gateways: 2 },
    async inject({ redis }) {
      await redis.command('CONFIG', 'SET', 'requirepass', 'another');
      await redis.command('CLIENT', 'KILL', 'TYPE', 'pubsub');
    },
    noticed: firstNotReady,
    lasts: 6000,
    heal: async ({ redis }) => void (await redis.command('CONFIG', 'SET', 'requirepass', '')),
  },
  {
    id: 'F20 ACL',
    title: 'the right to subscribe is taken and subscribers are disconnected, for 6 s',
    site: { gateways: 2 },
    async inject({ redis }) {
      await redis.command('ACL', 'SETUSER', 'default', '-subscribe');
      await redis.command('CLIENT', 'KILL', 'TYPE', 'pubsub');
    },
    noticed: firstNotReady,
    lasts: 6000,
    heal: async ({ redis }) => void (await redis.command('ACL', 'SETUSER', 'default', '+subscribe')),
  },
  {
    id: 'F21',
    title: 'Redis is killed, and takes 4 s to load its data (LOADING)',
    site: {
      gateways: 2,
      redisArgs: SLOW_LOADING,
    },
    async inject({ redis, finished }) {
      await redis.command('DEBUG', 'POPULATE', KEYS);
      await redis.command('SAVE');
      finished(() => rm(join(tmpdir(), DUMP)));
      await redis.kill();
      await redis.start();
    },
    noticed: firstNotReady,
    lasts: 0,
  },
  {
    id: 'F22',
    title: 'sentinels: the master is killed, its replica takes over',
    site: { gateways: 2, redis: 'sentinels' },
    inject: ({ redis }) => redis.kill(),
    noticed: firstNotReady,
    lasts: 0,
  },
  {
    id: 'F23',
    title: 'sentinels: the master hangs for 15 s, its replica takes over, and it wakes',
    site: { gateways: 2, redis: 'sentinels' },
    inject: ({ redis }) => redis.hang(),
    noticed: firstNotReady,
    lasts: 15_000,
    heal: ({ redis }) => redis.resume(),
  },
  {
    id: 'F26',
    title: 'cluster: a node where a gateway subscribes is killed',
    site: { gateways: 2, redis: 'cluster' },
    inject: ({ redis }) => redis.kill(),
    noticed: oneLosesRedis,
    lasts: 0,
  },
  {
    id: 'F26 hung',
    title: 'cluster: a node where a gateway subscribes hangs for 15 s',
    site: { gateways: 2, redis: 'cluster' },
    inject: ({ redis }) => redis.hang(),
    noticed: oneLosesRedis,
    lasts: 15_000,
    heal: ({ redis }) => redis.resume(),
  },
];
