import { fileURLToPath } from 'node:url';
import { Metadata, status, type MethodDefinition, type ServiceError } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import type { IdentityRules } from '../../identity.ts';
import type { ServiceFailure } from '../../service-failure.ts';
import type { ServiceHealth } from '../../service-health.ts';
import type { ServiceChecker } from '../service-method.ts';
import { answerTo, answerToError, libraryWords } from './answers.ts';
import { createGrpcChannel, type GrpcChannel, type GrpcChannelOptions } from './channel.ts';

export interface GrpcCheckerOptions extends Omit<GrpcChannelOptions, 'deadline'> {
  /** Deadline of a call, in milliseconds. */
  readonly deadline?: number;
  readonly identity: IdentityRules;
  /** Receives what each call says about the service. */
  readonly health?: Pick<ServiceHealth, 'answered' | 'failed'>;
}

const PROTO = fileURLToPath(new URL('../../../../proto/auth.proto', import.meta.url));
const DEADLINE_MS = 2000;

/**
 * Calls `auth.AuthService/ValidateToken`.
 *
 * @throws where a TLS file cannot be read.
 */
export function createGrpcChecker({
  deadline = DEADLINE_MS,
  identity,
  health,
  ...target
}: GrpcCheckerOptions): ServiceChecker {
  const method = validateTokenMethod();
  const channel = createGrpcChannel({ ...target, deadline });
  return {
    async check(token, trace) {
      const span = trace.callStarted('grpc');
      const outcome = await call(channel, method, { token }, deadline, metadataOf(span.headers));
      const { failure } = outcome;
      const answer = outcome.error
        ? answerToError(outcome.error, failure?.words)
        : answerTo(outcome.response, identity);
      span.ended(answer, failure?.status ?? 'OK', failure?.words);
      if (answer.kind === 'unavailable') health?.failed(failure ?? EMPTY, 'call');
      else health?.answered();
      return answer;
    },
    async ping() {
      const { failure } = await call(channel, HEALTH, {}, deadline, new Metadata());
      return failure?.words !== undefined && NOT_REACHED.has(failure.status) ? failure : undefined;
    },
    close: channel.close,
  };
}

/** The service sent an empty answer. */
const EMPTY: ServiceFailure = { status: 'OK' };

/** gRPC's own health service. A server without it answers UNIMPLEMENTED, which shows that it is reached, too. */
const HEALTH: Method = {
  path: '/grpc.health.v1.Health/Check',
  requestStream: false,
  responseStream: false,
  requestSerialize: () => Buffer.alloc(0),
  requestDeserialize: () => ({}),
  responseSerialize: () => Buffer.alloc(0),
  responseDeserialize: () => ({}),
};
const NOT_REACHED: ReadonlySet<string> = new Set(['UNAVAILABLE', 'DEADLINE_EXCEEDED']);

type Method = MethodDefinition<object, object>;

interface CallOutcome {
  readonly response?: object | undefined;
  readonly error?: ServiceError;
  readonly failure?: ServiceFailure;
}

function call(
  channel: GrpcChannel,
  { path, requestSerialize, responseDeserialize }: Method,
  request: object,
  deadline: number,
  metadata: Metadata,
): Promise<CallOutcome> {
  const askedAt = performance.now();
  return new Promise((resolve) => {
    let begun = false;
    const done = (error: ServiceError | null, response?: object): void => {
      const words = error ? libraryWords(error, begun) : undefined;
      channel.ended(error?.code === status.DEADLINE_EXCEEDED && words !== undefined, askedAt);
      resolve(error ? { error, failure: failureOf(error, words) } : { response });
    };
    const options = { deadline: Date.now() + deadline };
    channel
      .client()
      .makeUnaryRequest(path, requestSerialize, responseDeserialize, request, metadata, options, done)
      .on('metadata', () => (begun = true));
  });
}

function failureOf({ code }: ServiceError, words: string | undefined): ServiceFailure {
  return { status: status[code] ?? 'UNKNOWN', ...(words !== undefined && { words }) };
}

function metadataOf(headers: Readonly<Record<string, string>>): Metadata {
  const metadata = new Metadata();
  for (const [name, value] of Object.entries(headers)) metadata.set(name, value);
  return metadata;
}

function validateTokenMethod(): Method {
  // 64-bit integers as text: a user id beyond 2^53 must not be rounded to another user's.
  const definition = loadSync(PROTO, { keepCase: true, longs: String, defaults: true });
  const service = definition['auth.AuthService'];
  const method = service !== undefined && !('format' in service) ? service['ValidateToken'] : undefined;
  if (method === undefined || typeof method !== 'object' || !('requestSerialize' in method))
    throw new Error(`${PROTO} has no auth.AuthService/ValidateToken`);
  return method;
}
