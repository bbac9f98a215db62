import { isSameEnvelope, type Envelope } from '../../config/routes/envelope.ts';
import type { Audience, CheckedRoute, PayloadSchema, RoutesConfig } from '../../config/routes/route-config.ts';
import { isInvalid } from '../../dispatch/drop-reasons.ts';
import {
  bodyFor,
  readMessage,
  type Message,
  type MessageLimits,
  type Published,
  type Unreadable,
} from '../../dispatch/message.ts';
import type { UserIds } from '../../routes/user-id.ts';
import { sliceAt } from '../../routes/json-text.ts';
import { compilePlan, type Plan } from '../../routes/plan.ts';
import { parsePath } from '../../schema/pointer.ts';
import { didYouMean } from '../../schema/did-you-mean.ts';
import { brokenRules, type BrokenRule } from '../../schema/broken-rules.ts';
import { messageOf, openedBy, type MessageFound } from './explain-message.ts';
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
  /** What takes the body out of the message, where the route has its own. */
  readonly envelope?: Envelope['kind'];
  /** As the routes file has it. */
  readonly schema: string;
  /** What the message breaks of it, all of it; absent where it was not read. */
  readonly broken?: readonly BrokenRule[];
  /** What the message breaks of `schema_next`; absent where there is none, or it was not read. */
  readonly next?: { readonly schema: string; readonly broken: readonly BrokenRule[] };
  /** Who is named by what; absent where the message was not read or is not valid. */
  readonly target?: TargetFound;
  /** Who is excepted by what; absent where the route excepts no users. */
  readonly except?: readonly FieldTarget[];
  readonly result: ResultExplained;
  /** The message is kept, as `on_invalid` says. */
  readonly quarantined?: true;
  /** Whether the requested client receives it. */
  readonly client?: ReceiveResult;
}

export type TargetFound =
  | { readonly kind: 'broadcast'; readonly audience: Audience }
  | { readonly kind: 'users'; readonly fields: readonly FieldTarget[] };

export type ResultExplained = Result & {
  readonly payloadBytes?: number;
  /** What the route names as `payload`; absent where the whole body is sent. */
  readonly payloadFrom?: string;
};

export function explain(config: RoutesConfig, { channel, raw, limits, client }: Question): Explanation {
  const plan = compilePlan(config, 1);
  const published = readMessage(raw, limits);
  const near = plan.sources.includes(channel) ? undefined : didYouMean(channel, plan.sources);
  const results = new Map(dryRun({ config, plan }, channel, raw, limits).map((result) => [result.route, result]));
  const explained = config.routes.flatMap((route) => {
    const result = results.get(route.name);
    return result === undefined
      ? []
      : [explainRoute(route, bodyOf(plan, route, published), result, { client, ids: plan.userIds, config })];
  });
  const taking = config.routes.filter(({ name }) => {
    const result = results.get(name);
    return result !== undefined && result.kind !== 'passed-over';
  });
  return {
    channel,
    ...(near !== undefined && { didYouMean: near }),
    bytes: raw.length,
    message: messageOf(published, raw, taking.length > 0 ? taking : [config]),
    routes: published.kind === 'unreadable' ? keptOnce(explained, [...results.keys()]) : explained,
  };
}

/** A message that cannot be read is kept once. @param order of the routes as they are served. */
function keptOnce(routes: readonly RouteExplanation[], order: readonly (string | undefined)[]): RouteExplanation[] {
  const kept = new Set(routes.flatMap(({ route, quarantined }) => (quarantined ? [route] : [])));
  const first = order.find((name) => name !== undefined && kept.has(name));
  return routes.map(({ quarantined, ...route }) => ({
    ...route,
    ...(quarantined && route.route === first && { quarantined }),
  }));
}

/** The message as the schema of a route sees it. */
function bodyOf(plan: Plan, { name }: CheckedRoute, published: Published | Unreadable): Message | Unreadable {
  const route = plan.routes.find((one) => one.name === name);
  const opened = openedBy(route?.openEnvelope ?? plan.openEnvelope, published);
  return opened.kind === 'unreadable' || route === undefined ? opened : bodyFor(route, opened);
}

/** Whether each live route that takes it handles it; for a requested client, whether it receives anything. */
export function arrives({ routes }: Explanation): boolean {
  if (routes.some(({ client }) => client !== undefined)) return routes.some(({ client }) => client?.hears);
  const live = routes.filter(({ result }) => !result.shadow && result.kind !== 'passed-over');
  return live.length > 0 && live.every(({ result }) => result.kind !== 'dropped');
}

interface Asked {
  readonly client: Client | undefined;
  readonly ids: UserIds;
  readonly config: RoutesConfig;
}

function explainRoute(
  route: CheckedRoute,
  message: Message | Unreadable,
  result: Result,
  { client, ids, config }: Asked,
): RouteExplanation {
  // A route that passes the message over does not look at it any further.
  const read = message.kind === 'unreadable' || result.kind === 'passed-over' ? undefined : message;
  const invalid = result.kind === 'dropped' && result.reason === 'invalid';
  const target = read === undefined || invalid ? undefined : targetFound(route, read, ids);
  const except = target && route.except && read && findTargets(route.except, read.value, read.text, ids);
  return {
    route: route.name,
    ...(!isSameEnvelope(route.envelope, config.envelope) && { envelope: route.envelope.kind }),
    schema: route.schema,
    ...(read !== undefined && { broken: invalid ? brokenBy(read, route.payload) : [] }),
    ...(read !== undefined && nextFound(route, read)),
    ...(target !== undefined && { target }),
    ...(except && { except }),
    result: result.kind === 'sent' ? { ...result, ...payloadFacts(route, result.payload) } : result,
    ...(isKept(route, result) && { quarantined: true }),
    ...(client !== undefined && {
      client: receives(client, result, { fields: target?.kind === 'users' ? target.fields : [], except: except ?? [] }),
    }),
  };
}

function payloadFacts(route: CheckedRoute, payload: string): Pick<ResultExplained, 'payloadBytes' | 'payloadFrom'> {
  const from = route.kind === 'event' ? route.shape.from : undefined;
  return { payloadBytes: Buffer.byteLength(payload), ...(from && { payloadFrom: from.text }) };
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
