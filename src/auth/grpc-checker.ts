import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import {
  Client,
  credentials,
  Metadata,
  status,
  type ChannelCredentials,
  type MethodDefinition,
  type ServiceError,
} from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import type { AuthTrace, TokenAnswer, TokenChecker } from './authenticator.ts';
import { answerTo, answerToError, libraryWords } from './grpc-answers.ts';

export interface GrpcCheckerOptions {
  /** host:port */
  readonly address: string;
  readonly tls?: GrpcTls;
  /** In milliseconds; the call ends then, answered or not. */
  readonly deadline?: number;
}

/** Paths of PEM files. */
export interface GrpcTls {
  readonly caFile: string | undefined;
  readonly certFile: string | undefined;
  readonly keyFile: string | undefined;
}

export interface GrpcChecker extends TokenChecker {
  close(): void;
}

const PROTO = fileURLToPath(new URL('../../proto/auth.proto', import.meta.url));
const DEADLINE_MS = 2000;
const CHANNEL_OPTIONS = {
  // The default grows to two minutes; the first success after an outage should follow within seconds.
  'grpc.initial_reconnect_backoff_ms': 200,
  'grpc.max_reconnect_backoff_ms': 2000,
  'grpc.max_receive_message_length': 64 * 1024,
  // A connection that was cut in silence is found out by a ping, not by each call's deadline for minutes.
  'grpc.keepalive_time_ms': 5000,
  'grpc.keepalive_timeout_ms': 2000,
};

/** Asks `auth.AuthService/ValidateToken`. */
export function createGrpcChecker({ address, tls, deadline = DEADLINE_MS }: GrpcCheckerOptions): GrpcChecker {
  const method = validateTokenMethod();
  const client = new Client(address, channelCredentials(tls), CHANNEL_OPTIONS);
  return {
    check: (token, trace) => call(client, method, token, deadline, trace),
    close: () => client.close(),
  };
}

function call(client: Client, method: Method, token: string, deadline: number, trace: AuthTrace): Promise<TokenAnswer> {
  const span = trace.callStarted();
  const metadata = new Metadata();
  for (const [name, value] of Object.entries(span.headers)) metadata.set(name, value);
  return new Promise((resolve) => {
    let begun = false;
    const done = (error: ServiceError | null, response?: object): void => {
      const words = error ? libraryWords(error, begun) : undefined;
      const answer = error ? answerToError(error, words) : answerTo(response);
      span.ended(answer, status[error?.code ?? status.OK], words);
      resolve(answer);
    };
    const options = { deadline: Date.now() + deadline };
    const request = client.makeUnaryRequest(
      method.path,
      method.requestSerialize,
      method.responseDeserialize,
      { token },
      metadata,
      options,
      done,
    );
    request.on('metadata', () => (begun = true));
  });
}

type Method = MethodDefinition<object, object>;

function validateTokenMethod(): Method {
  // longs as text: a user id beyond 2^53 must not become its neighbour's.
  const definition = loadSync(PROTO, { keepCase: true, longs: String, defaults: true });
  const service = definition['auth.AuthService'];
  const method = service !== undefined && !('format' in service) ? service['ValidateToken'] : undefined;
  if (method === undefined || typeof method !== 'object' || !('requestSerialize' in method))
    throw new Error(`${PROTO} has no auth.AuthService/ValidateToken`);
  return method;
}

function channelCredentials(tls: GrpcTls | undefined): ChannelCredentials {
  if (tls === undefined) return credentials.createInsecure();
  const pem = (path: string | undefined): Buffer | null => (path === undefined ? null : readFileSync(path));
  return credentials.createSsl(pem(tls.caFile), pem(tls.keyFile), pem(tls.certFile));
}
