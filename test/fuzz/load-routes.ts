import { parentPort } from 'node:worker_threads';
import { formatFinding } from '../../src/config/text/findings.ts';
import { loadRoutes } from '../../src/config/routes/load-routes.ts';
import type { RoutesConfig } from '../../src/config/routes/route-config.ts';
import { createDispatch } from '../../src/dispatch/pubsub.ts';
import { compilePlan } from '../../src/routes/plan.ts';

// A thread that loads routes files, so that one on which it hangs can be told.

export interface Loaded {
  readonly accepted: boolean;
  readonly refused: boolean;
  readonly lines: readonly string[];
  /** Rooms that a plan has no business with. */
  readonly strays: readonly string[];
  readonly polluted: readonly string[];
}

const MESSAGES = [
  '{}',
  '{"user_id":7,"status":"x"}',
  '{"feature_id":1,"old_owner_id":7,"new_owner_id":"8"}',
  '{"id":1,"user_id":"7","type":"a","title":"b","message":"c"}',
];
const ROOMS = /^(user:\d+|audience:anyone|audience:authenticated)$/;
const LIMITS = { maxMessageBytes: 1e6, maxMessageDepth: 64, maxMessageKeys: 1000, maxTargetIds: 100 };

/** A plan that was accepted takes any message without throwing. @returns rooms that are not of its making. */
function strayRooms(config: RoutesConfig): string[] {
  const plan = compilePlan(config, 1);
  const strays: string[] = [];
  const emit = (rooms: readonly string[]): void => {
    strays.push(...(rooms.length === 0 ? ['no room'] : rooms.filter((room) => !ROOMS.test(room))));
  };
  const dispatch = createDispatch({
    plan: () => plan,
    fanout: { count: () => 1, emit },
    control: { disconnectUsers: (users) => users.size },
    events: { handled() {} },
    limits: LIMITS,
  });
  for (const channel of plan.channels) for (const message of MESSAGES) dispatch(channel, Buffer.from(message));
  return strays;
}

parentPort?.on('message', (file: string) => {
  const { config, findings } = loadRoutes(file);
  const loaded: Loaded = {
    accepted: config !== undefined,
    refused: findings.some(({ severity }) => severity === 'error'),
    lines: findings.map(formatFinding),
    strays: config ? strayRooms(config) : [],
    polluted: Object.keys(Object.prototype),
  };
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has none
  parentPort?.postMessage(loaded);
});
