import { isObject, valueAt } from '../../../schema/json.ts';
import { readClaims } from '../../claims.ts';
import { createHttpClient, type HttpOutcome, type HttpRequest } from '../../http-client.ts';
import type { IdentityRules } from '../../identity.ts';
import type { ServiceFailure } from '../../service-failure.ts';
import type { ServiceHealth } from '../../service-health.ts';
import type { TokenAnswer } from '../../token-answer.ts';
import type { ServiceChecker } from '../service-method.ts';
import { userAt } from '../user-at.ts';
import { validAnswer } from '../valid-answer.ts';

/** How the endpoint is asked about a token, and where its answer has the identity. */
export interface HttpRules {
  /** `bearer`: the endpoint answers as to the client itself. `introspection`: OAuth 2.0 Token Introspection (RFC 7662). */
  readonly style: 'bearer' | 'introspection';
  /** Path of the user id in the answer. */
  readonly user: readonly string[];
  /** Paths of claims in the answer; a claim without an entry is read at its name. */
  readonly claims: ReadonlyMap<string, readonly string[]>;
  /** By which the gateway authenticates at an introspection endpoint; absent: not at all. */
  readonly client?: { readonly id: string; readonly secret: string };
}

export interface HttpCheckerOptions {
  readonly url: URL;
  /** PEM file of the authority; undefined: the system's authorities. */
  readonly caFile: string | undefined;
  readonly rules: HttpRules;
  readonly identity: IdentityRules;
  /** Receives what each call says about the service. */
  readonly health?: Pick<ServiceHealth, 'answered' | 'failed'>;
  /** Deadline of a call, in milliseconds. */
  readonly deadline?: number;
}

const DEADLINE_MS = 2000;
const MAX_BYTES = 64 * 1024;
const JSON_ONLY = { accept: 'application/json', 'user-agent': 'websocket-gateway' };

/**
 * Calls an HTTP endpoint about each token.
 *
 * @throws where the PEM file of the authority cannot be read.
 */
export function createHttpChecker(options: HttpCheckerOptions): ServiceChecker {
  const { url, caFile, rules, identity, health, deadline = DEADLINE_MS } = options;
  const client = createHttpClient({ url, caFile, deadline, maxBytes: MAX_BYTES });
  return {
    async check(token, trace) {
      const span = trace.callStarted('http');
      const outcome = await client.send(requestAbout(token, rules, span.headers));
      const failure = failureOf(outcome, rules);
      const answer = failure ? unavailable(failure, outcome) : answerTo(outcome, rules, identity);
      span.ended(answer, failure?.status ?? 'OK', failure?.words);
      if (failure) health?.failed(failure, 'call');
      else health?.answered();
      return answer;
    },
    async ping() {
      // Without a token any response shows that the service is reached.
      const outcome = await client.send({ method: 'GET', headers: JSON_ONLY });
      return outcome.kind === 'failed' ? unreached(outcome.cause) : undefined;
    },
    close: client.close,
  };
}

function requestAbout(token: string, { style, client }: HttpRules, headers: HttpRequest['headers']): HttpRequest {
  if (style === 'bearer')
    return { method: 'GET', headers: { ...headers, ...JSON_ONLY, authorization: `Bearer ${token}` } };
  return {
    method: 'POST',
    headers: {
      ...headers,
      ...JSON_ONLY,
      'content-type': 'application/x-www-form-urlencoded',
      ...(client && { authorization: `Basic ${basicOf(client)}` }),
    },
    body: new URLSearchParams({ token, token_type_hint: 'access_token' }).toString(),
  };
}

/** RFC 6749, section 2.3.1: both parts are form-encoded before they are joined. */
function basicOf({ id, secret }: NonNullable<HttpRules['client']>): string {
  return Buffer.from(`${encodeURIComponent(id)}:${encodeURIComponent(secret)}`).toString('base64');
}

/** Why an outcome says nothing about the token; undefined where it does. */
function failureOf(outcome: HttpOutcome, { style }: HttpRules): ServiceFailure | undefined {
  if (outcome.kind === 'failed') return unreached(outcome.cause);
  const { status, location, body } = outcome;
  if (style === 'bearer' && (status === 401 || status === 403)) return undefined;
  if (status !== 200) return { status: `HTTP_${status}`, words: `HTTP status ${status}${placeOf(location)}` };
  const answer = jsonIn(body);
  if (answer === undefined) return { status: 'HTTP_200', words: 'HTTP status 200 without a JSON object' };
  const isDecided = style === 'bearer' || typeof answer['active'] === 'boolean';
  return isDecided ? undefined : { status: 'HTTP_200', words: 'HTTP status 200 without "active"' };
}

/** The place of a redirect, without its query, which may hold secrets. */
function placeOf(location: string | undefined): string {
  return location === undefined
    ? ''
    : `, a redirect to ${location.replace(/[?#].*$/s, '').slice(0, 200)}, which is not followed`;
}

function unreached(cause: string): ServiceFailure {
  return { status: cause === 'DEADLINE_EXCEEDED' ? cause : 'UNAVAILABLE', words: cause };
}

/** Statuses by which a service says that it cannot answer now. Others of 3xx and 4xx are an answer, and the same for every token. */
const LATER: ReadonlySet<number> = new Set([408, 425, 429]);

function unavailable({ status }: ServiceFailure, outcome: HttpOutcome): TokenAnswer {
  const isAnswer =
    outcome.kind === 'response' && outcome.status >= 300 && outcome.status < 500 && !LATER.has(outcome.status);
  return { kind: 'unavailable', cause: status, ...(isAnswer && { answered: true }) };
}

function answerTo(outcome: HttpOutcome, rules: HttpRules, { userIds, claims }: IdentityRules): TokenAnswer {
  const text = outcome.kind === 'response' && outcome.status === 200 ? outcome.body : '';
  const answer = jsonIn(text);
  if (answer === undefined || (rules.style === 'introspection' && answer['active'] !== true))
    return { kind: 'invalid' };
  const reading = readClaims(claims(), (claim) => valueAt(answer, rules.claims.get(claim) ?? [claim]));
  const expiry = rules.style === 'introspection' && typeof answer['exp'] === 'number' ? answer['exp'] : undefined;
  return validAnswer(userAt(answer, text, rules.user, userIds), reading, expiry);
}

function jsonIn(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
