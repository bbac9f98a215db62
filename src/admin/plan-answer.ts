import { audienceWords } from '../contract/explain/recipients.ts';
import { formatFinding } from '../config/text/findings.ts';
import { sourcesOf, type CheckedRoute, type RoutesConfig } from '../config/routes/route-config.ts';
import { writtenWhen } from '../config/routes/when.ts';
import { exampleMessage } from '../contract/publish/example-message.ts';
import { publishedSchema } from '../contract/schemas/whole-schema.ts';
import type { LivePlan } from '../reload/live-plan.ts';
import type { ReloadOutcome } from '../reload/reload.ts';
import type { PlanAnswer, RefusedReload, RouteAnswer } from './api.ts';

/** Remembers the last refused reload until a reload succeeds. */
export interface LastRefusal {
  reloaded(outcome: ReloadOutcome): void;
  last(): RefusedReload | undefined;
}

export function createLastRefusal(): LastRefusal {
  let refused: RefusedReload | undefined;
  return {
    last: () => refused,
    reloaded(outcome) {
      if (outcome.kind === 'refused') refused = toRefused(outcome);
      else if (outcome.kind !== 'needs-restart') refused = undefined;
    },
  };
}

function toRefused({ findings, reason }: ReloadOutcome & { kind: 'refused' }): RefusedReload {
  return {
    at: new Date().toISOString(),
    ...(reason !== undefined && { reason }),
    findings: findings.map((finding) => ({ ...finding, text: formatFinding(finding) })),
  };
}

/** Returns a text that changes with the plan and with the last refusal. It becomes an ETag, so it holds no blanks. */
export function planVersion(live: LivePlan, refusal: Pick<LastRefusal, 'last'>): string {
  const { number, hash, loadedAt } = live.current();
  return [number, hash, loadedAt.getTime(), refusal.last()?.at ?? ''].join('.');
}

/** Creates the answer of `GET /admin/plan`. Routes are built once per plan: bundling schemas is slow. */
export function createPlanAnswers(
  live: LivePlan,
  refusal: Pick<LastRefusal, 'last'>,
  instance: PlanAnswer['instance'],
): () => PlanAnswer {
  let built: { config: RoutesConfig; routes: readonly RouteAnswer[] } | undefined;
  return () => {
    const config = live.routes();
    if (built?.config !== config) built = { config, routes: config.routes.map((route) => routeAnswer(route, config)) };
    const { number, hash, loadedAt } = live.current();
    const refused = refusal.last();
    return {
      instance,
      plan: { number, hash, loadedAt: loadedAt.toISOString() },
      ...(refused && { refused }),
      routes: built.routes,
    };
  };
}

function routeAnswer(route: CheckedRoute, config: RoutesConfig): RouteAnswer {
  const { name, description, schema, shadow, onInvalid } = route;
  const channels = sourcesOf(route);
  const example = exampleMessage({ ...config, routes: [route] }, channels[0] ?? name, 1);
  return {
    name,
    ...(description !== undefined && { description }),
    channels,
    ...(route.kind === 'event' ? { event: route.event } : { action: route.action }),
    envelope: route.envelope.kind,
    ...(route.kind === 'event' && route.shape.from && { payload: route.shape.from.text }),
    ...(route.when && { when: writtenWhen(route.when) }),
    target: targetWords(route),
    shadow,
    onInvalid,
    schemaPath: schema,
    schema: publishedSchema(route),
    ...('raw' in example && { example: example.raw.toString('utf8') }),
  };
}

function targetWords(route: CheckedRoute): string {
  if (route.target.kind === 'users') return `users in ${route.target.fields.map(({ text }) => text).join(', ')}`;
  return `broadcast to ${audienceWords(route.kind === 'event' ? route.audience : 'authenticated')}`;
}
