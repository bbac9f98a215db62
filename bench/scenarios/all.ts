import type { Contest, Field } from '../contest.ts';
import type { Service } from '../services.ts';
import { connects, idle } from './connections.ts';
import { durable } from './durable.ts';
import { fanOut } from './fan-out.ts';
import { kindGrowth, routeGrowth, userGrowth } from './growth.ts';
import { longPolling } from './long-polling.ts';
import { tracing } from './tracing.ts';

export function allContests(field: Field, spanSink: Pick<Service, 'port'>): Contest[] {
  return [
    ...fanOut(field),
    longPolling(field),
    routeGrowth(field),
    kindGrowth(field),
    userGrowth(field),
    tracing(field, spanSink),
    durable(field),
    connects(field),
    idle(field),
  ];
}
