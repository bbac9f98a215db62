import { AUTH_FAULTS } from './auth-faults.ts';
import { CLIENT_FAULTS } from './client-faults.ts';
import type { Fault, NotRun } from './fault.ts';
import { GATEWAY_FAULTS } from './gateway-faults.ts';
import { REDIS_FAULTS } from './redis-faults.ts';

export const FAULTS: readonly Fault[] = [...GATEWAY_FAULTS, ...REDIS_FAULTS, ...AUTH_FAULTS, ...CLIENT_FAULTS];

const ELSEWHERE = 'tried by a test of its own: ';
const BY_ROOT = 'needs root and ';
const DURABLE = 'durable routes are not there yet';

export const NOT_RUN: readonly NotRun[] = [
  {
    id: 'F6',
    title: 'exceptions in every callback',
    reason: `${ELSEWHERE}test/dispatch/drops.test.ts, test/sockets/admission.test.ts; the built program has no hook for it`,
  },
  { id: 'F7', title: 'a memory limit', reason: `${BY_ROOT}a memory cgroup` },
  { id: 'F9', title: 'who reads the log stalls', reason: 'nothing bounds what waits for standard output' },
  { id: 'F12', title: 'Redis with an append-only file', reason: 'Pub/Sub keeps nothing: as F11' },
  { id: 'F13b', title: 'publishes do not arrive', reason: `${ELSEWHERE}test/redis` },
  { id: 'F17', title: 'packets are lost', reason: `${BY_ROOT}nftables` },
  { id: 'F29', title: 'a replica with an older clock', reason: DURABLE },
  { id: 'F30–F35', title: 'streams', reason: DURABLE },
  { id: 'F39', title: 'each gRPC status', reason: `${ELSEWHERE}test/auth/statuses.test.ts` },
  { id: 'F42', title: 'slow readers', reason: `${ELSEWHERE}test/sockets/slow-readers.test.ts` },
  { id: 'F46–F49', title: 'load balancers', reason: `${ELSEWHERE}test/deploy` },
];
