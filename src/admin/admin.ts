import { asyncapiOf } from '../contract/documents/asyncapi.ts';
import type { LivePlan } from '../reload/live-plan.ts';
import type { MessageLimits } from '../dispatch/message.ts';
import { activityAnswer, type InstanceHealth, type ReadCounts } from './activity-answer.ts';
import type { PlanAnswer } from './api.ts';
import { answerExplain, type SocketsIn } from './explain-answer.ts';
import type { Feed } from './feed.ts';
import { createPlanAnswers, planVersion, type LastRefusal } from './plan-answer.ts';
import { answerPublish, type Publish } from './publish-answer.ts';

export interface AdminParts {
  readonly live: LivePlan;
  readonly refusal: Pick<LastRefusal, 'last'>;
  readonly instance: PlanAnswer['instance'];
  readonly limits: MessageLimits;
  readonly health: () => InstanceHealth;
  readonly counts: ReadCounts;
  readonly socketsIn: SocketsIn;
  readonly publish: Publish;
  readonly feed: Feed;
}

/** Creates the answers of `/admin/*`. Access is decided before, in http/. */
export function createAdmin(parts: AdminParts) {
  const { live, limits } = parts;
  const development = parts.instance.mode === 'development';
  return {
    plan: createPlanAnswers(live, parts.refusal, parts.instance),
    planVersion: () => planVersion(live, parts.refusal),
    activity: async () => activityAnswer(parts.health(), await parts.counts(live.current().routes)),
    asyncapi: (host: string) => asyncapiOf(live.routes(), { host, path: parts.instance.socketPath }),
    explain: (body: unknown) => answerExplain(body, live, limits, parts.socketsIn),
    publish: (body: unknown) => answerPublish(body, live, { development, limits }, parts.publish),
    openFeed: parts.feed.open,
  };
}
