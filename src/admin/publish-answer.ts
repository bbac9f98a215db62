import { dropsOf, publishWay, type PublishWay } from '../contract/publish/preflight-publish.ts';
import type { MessageLimits } from '../dispatch/message.ts';
import type { LivePlan } from '../reload/live-plan.ts';
import type { PublishAnswer } from './api.ts';
import { routesOn } from './explain-answer.ts';
import { readPublishQuestion } from './questions.ts';
import { refused, type Reply } from './reply.ts';

/** Publishes one message to Redis; `problem` says why that failed. */
export type Publish = (
  publishing: PublishWay & { readonly channel: string; readonly message: Buffer },
) => Promise<PublishAnswer | { readonly problem: string }>;

export interface PublishRules {
  readonly development: boolean;
  readonly limits: MessageLimits;
}

/** Publishes in development only, and, like `gateway publish`, refuses a message that a route would drop unless `force` is set. */
export async function answerPublish(
  body: unknown,
  live: LivePlan,
  { development, limits }: PublishRules,
  publish: Publish,
): Promise<Reply<PublishAnswer>> {
  if (!development)
    return refused('not-in-production', 'publishing needs NODE_ENV=development; in production, services publish');
  const reading = readPublishQuestion(body);
  if ('error' in reading) return refused('malformed', reading.error);
  const { channel, payload, force = false } = reading.question;
  const raw = Buffer.from(payload, 'utf8');
  const config = routesOn(live.routes(), channel);
  const drops = dropsOf(config, { channel, raw, limits });
  if (drops.length > 0 && !force)
    return refused('would-be-dropped', 'not published: a route would drop it; force: true publishes it anyway', drops);
  const publication = await publish({ channel, message: raw, ...publishWay(config, channel) });
  if ('problem' in publication) return refused('redis-failed', `Redis refused it: ${publication.problem}`);
  return { answer: publication };
}
