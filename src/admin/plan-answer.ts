import { formatFinding } from '../config/text/findings.ts';
import { sourcesOf, type CheckedRoute, type RoutesConfig } from '../config/routes/load-routes.ts';
import { exampleMessage } from '../contract/publish/example-message.ts';
import { publishedSchema } from '../contract/schemas/whole-schema.ts';
import type { LivePlan, ReloadOutcome } from '../reload/reload.ts';
import type { PlanAnswer, RefusedReload, RouteAnswer } from './api.ts';

/** Remembers the reload that was refused, until the files are in order again. */
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

/** Changes with what is in force, and with what was refused last. An ETag is made of it: it holds no blanks. */
export function planVersion(live: LivePlan, refusal: Pick<LastRefusal, 'last'>): string {
  const { number, hash, loadedAt } = live.current();
  return [number, hash, loadedAt.getTime(), refusal.last()?.at ?? ''].join('.');
}

/** Answers of what is in force. Routes are told once per plan: schemas in one piece take their time. */
export function createPlanAnswers(
  live: LivePlan,
  refusal: Pick<LastRefusal, 'last'>,
  instance: PlanAnswer['instance'],
): () => PlanAnswer {
  let told: { config: RoutesConfig; routes: readonly RouteAnswer[] } | undefined;
  return () => {
    const config = live.routes();
    if (told?.config !== config) told = { config, routes: config.routes.map((route) => routeAnswer(route, config)) };
    const { number, hash, loadedAt } = live.current();
    const refused = refusal.last();
    return {
      instance,
      plan: { number, hash, loadedAt: loadedAt.toISOString() },
      ...(refused && { refused }),
      routes: told.routes,
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
    target: targetWords(route),
    shadow,
    onInvalid,
    schemaPath: schema,
    schema: publishedSchema(route, config.envelope),
    ...('raw' in example && { example: example.raw.toString('utf8') }),
  };
}

function targetWords(route: CheckedRoute): string {
  if (route.target.kind === 'users') return `users in ${route.target.fields.map(({ text }) => text).join(', ')}`;
  return route.kind === 'event' && route.audience === 'anyone'
    ? 'broadcast to anyone'
    : 'broadcast to authenticated clients';
}
