import type { CheckedRoute, PayloadSchema, RoutesConfig } from '../../config/routes/route-config.ts';
import { isInvalid } from '../../dispatch/drop-reasons.ts';
import { bodyFor, readMessage, type Message, type MessageLimits, type Unreadable } from '../../dispatch/message.ts';
import type { UserIds } from '../../routes/user-id.ts';
import { sliceAt } from '../../routes/json-text.ts';
import { compilePlan, type Plan, type Route } from '../../routes/plan.ts';
import { parsePath } from '../../schema/pointer.ts';
import { didYouMean } from '../../schema/did-you-mean.ts';
import { brokenRules, type BrokenRule } from '../../schema/broken-rules.ts';
import { messageFound, type MessageFound } from './explain-message.ts';
import { findTargets, type FieldTarget } from './recipients.ts';
import { dryRun, type Result } from './dry-run.ts';
import { receives, type Client, type ReceiveResult } from './receives.ts';

export interface Question {
  readonly channel: string;
  readonly raw: Buffer;
  readonly limits: MessageLimits;
  /** Would this client get it? */
  readonly client?: Client;
}

/** The way of one message through a routes file. */
export interface Explanation {
  readonly channel: string;
  /** A channel that was probably meant, where no route names this one. */
  readonly didYouMean?: string;
  readonly bytes: number;
  readonly message: MessageFound;
  readonly routes: readonly RouteExplanation[];
}

export interface RouteExplanation {
  readonly route: string;
  /** As the routes file has it. */
  readonly schema: string;
  /** What the message breaks of it, all of it; absent where it was not read. */
  readonly broken?: readonly BrokenRule[];
  /** What the message breaks of `schema_next`; absent where there is none, or it was not read. */
  readonly next?: { readonly schema: string; readonly broken: readonly BrokenRule[] };
  /** Who is named by what; absent where the message was not read or is not valid. */
  readonly target?: TargetFound;
  readonly result: ResultExplained;
  /** The message is kept, as `on_invalid` says. */
  readonly quarantined?: true;
  /** Whether the requested client receives it. */
  readonly client?: ReceiveResult;
}

export type TargetFound =
  | { readonly kind: 'broadcast'; readonly audience: 'anyone' | 'authenticated' }
  | { readonly kind: 'users'; readonly fields: readonly FieldTarget[] };

export type ResultExplained = Result & { readonly payloadBytes?: number };

export function explain(config: RoutesConfig, { channel, raw, limits, client }: Question): Explanation {
  const plan = compilePlan(config, 1);
  const message = readMessage(raw, limits, plan.openEnvelope);
  const near = plan.sources.includes(channel) ? undefined : didYouMean(channel, plan.sources);
  const results = new Map(dryRun(plan, channel, raw, limits).map((result) => [result.route, result]));
  return {
    channel,
    ...(near !== undefined && { didYouMean: near }),
    bytes: raw.length,
    message: messageFound(message, raw, config.envelope),
    routes: config.routes.flatMap((route) => {
      const result = results.get(route.name);
      const seen = message.kind === 'unreadable' ? message : bodyFor(routeOf(plan, route), message);
      return result === undefined ? [] : [explainRoute(route, seen, result, { client, ids: plan.userIds })];
    }),
  };
}

function routeOf({ routes }: Plan, { name }: CheckedRoute): Pick<Route, 'declares'> {
  return routes.find((route) => route.name === name) ?? { declares: [] };
}

/** Whether each of its live routes handles it; for a requested client, whether it receives anything. */
export function arrives({ routes }: Explanation): boolean {
  if (routes.some(({ client }) => client !== undefined)) return routes.some(({ client }) => client?.hears);
  const live = routes.filter(({ result }) => !result.shadow);
  return live.length > 0 && live.every(({ result }) => result.kind !== 'dropped');
}

function explainRoute(
  route: CheckedRoute,
  message: Message | Unreadable,
  result: Result,
  { client, ids }: { readonly client: Client | undefined; readonly ids: UserIds },
): RouteExplanation {
  const read = message.kind === 'unreadable' ? undefined : message;
  const invalid = result.kind === 'dropped' && result.reason === 'invalid';
  const target = read === undefined || invalid ? undefined : targetFound(route, read, ids);
  return {
    route: route.name,
    schema: route.schema,
    ...(read !== undefined && { broken: invalid ? brokenBy(read, route.payload) : [] }),
    ...(read !== undefined && nextFound(route, read)),
    ...(target !== undefined && { target }),
    result: result.kind === 'sent' ? { ...result, payloadBytes: Buffer.byteLength(result.payload) } : result,
    ...(isKept(route, result) && { quarantined: true }),
    ...(client !== undefined && { client: receives(client, result, target?.kind === 'users' ? target.fields : []) }),
  };
}

function isKept({ onInvalid, shadow }: CheckedRoute, result: Result): boolean {
  return onInvalid === 'quarantine' && !shadow && result.kind === 'dropped' && isInvalid(result.reason);
}

function nextFound({ schemaNext: schema, next }: CheckedRoute, message: Message): Pick<RouteExplanation, 'next'> {
  if (schema === undefined || next === undefined) return {};
  return { next: { schema, broken: next.check(message.value) === undefined ? [] : brokenBy(message, next.payload) } };
}

/** With numbers as they were published: JSON.parse rounds those beyond 2^53 - 1. */
function brokenBy({ value, text }: Message, { main, files }: PayloadSchema): BrokenRule[] {
  return brokenRules(value, main, files).map((rule) => {
    const written = sliceAt(text, parsePath(rule.at)) ?? '';
    return /^-?\d/.test(written) ? { ...rule, found: written.slice(0, LONGEST_NUMBER) } : rule;
  });
}

const LONGEST_NUMBER = 60;

function targetFound(route: CheckedRoute, { value, text }: Message, ids: UserIds): TargetFound {
  if (route.kind === 'event' && route.target.kind === 'broadcast')
    return { kind: 'broadcast', audience: route.audience };
  const fields = route.target.kind === 'users' ? route.target.fields : [];
  return { kind: 'users', fields: findTargets(fields, value, text, ids) };
}
