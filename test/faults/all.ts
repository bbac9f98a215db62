import { AUTH_FAULTS } from './auth-faults.ts';
import { CLIENT_FAULTS } from './client-faults.ts';
import type { Fault, NotRun } from './fault.ts';
import { GATEWAY_FAULTS } from './gateway-faults.ts';
import { REDIS_FAULTS } from './redis-faults.ts';

export const FAULTS: readonly Fault[] = [...GATEWAY_FAULTS, ...REDIS_FAULTS, ...AUTH_FAULTS, ...CLIENT_FAULTS];

const ELSEWHERE = 'has its own test: ';
const BY_ROOT = 'needs root and ';

export const NOT_RUN: readonly NotRun[] = [
  {
    id: 'F6',
    title: 'exceptions in every callback',
    reason: `${ELSEWHERE}test/dispatch/drops.test.ts, test/sockets/admission.test.ts; the built program has no hook for it`,
  },
  { id: 'F7', title: 'a memory limit', reason: `${BY_ROOT}a memory cgroup` },
  { id: 'F8', title: 'few open files', reason: `${ELSEWHERE}test/sockets/open-files.test.ts` },
  { id: 'F9', title: 'the reader of the log stalls', reason: `${ELSEWHERE}test/telemetry/log-output.test.ts` },
  { id: 'F12', title: 'Redis with an append-only file', reason: 'Pub/Sub keeps nothing: as F11' },
  { id: 'F13b', title: 'publishes do not arrive', reason: `${ELSEWHERE}test/redis/replica.long.test.ts` },
  { id: 'F17', title: 'packets are lost', reason: `${BY_ROOT}nftables` },
  { id: 'F24', title: 'partitioned sentinels', reason: `${BY_ROOT}network namespaces` },
  {
    id: 'F25',
    title: 'the node of a stream dies',
    reason: 'no test yet; test/redis/streams.long.test.ts reads a stream of a cluster',
  },
  {
    id: 'F27',
    title: 'a slot of a cluster moves',
    reason: 'no test yet; Pub/Sub of a cluster does not depend on slots',
  },
  { id: 'F28', title: 'a part of a cluster is down', reason: 'no test yet' },
  {
    id: 'F29',
    title: 'a replica with an older clock',
    reason: `${ELSEWHERE}test/durable/sentinel.long.test.ts, test/durable/history.test.ts`,
  },
  {
    id: 'F30–F35',
    title: 'streams',
    reason: `${ELSEWHERE}test/durable; their delivery audit is test/durable/ledger.long.test.ts`,
  },
  { id: 'F39', title: 'each gRPC status', reason: `${ELSEWHERE}test/auth/statuses.test.ts` },
  {
    id: 'F40',
    title: 'revocation',
    reason: `${ELSEWHERE}test/auth/revocation.long.test.ts, test/auth/revalidation.long.test.ts`,
  },
  { id: 'F41', title: 'tokens expire together', reason: 'the auth service reports no expiry; revalidation is F40' },
  { id: 'F42', title: 'slow readers', reason: `${ELSEWHERE}test/sockets/slow-readers.long.test.ts` },
  { id: 'F46–F49', title: 'load balancers', reason: `${ELSEWHERE}test/deploy` },
];
