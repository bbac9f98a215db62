import { fileURLToPath } from 'node:url';
import {
  loadPackageDefinition,
  Server,
  ServerCredentials,
  type handleUnaryCall,
  type ServiceDefinition,
} from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';

/** A sample auth service for trials: a real gRPC server with a few tokens. */
export interface SampleAuthService {
  /** host:port */
  readonly address: string;
  stop(): void;
}

/** Who a token of the sample service belongs to. */
export interface SampleUser {
  /** Of decimal digits: `user_id` of the answer; else its `subject`. */
  readonly id: string;
  readonly claims?: Readonly<Record<string, readonly string[]>>;
  /** Seconds from each call until the token expires; absent: never. */
  readonly expiresIn?: number;
}

interface Request {
  readonly token: string;
}

interface Response {
  readonly valid: boolean;
  readonly user_id: string;
  readonly email: string;
  readonly subject: string;
  readonly claims: Readonly<Record<string, { readonly values: readonly string[] }>>;
  readonly expires_at: string;
}

const PROTO = fileURLToPath(new URL('../../proto/auth.proto', import.meta.url));
const UNKNOWN: Response = { valid: false, user_id: '0', email: '', subject: '', claims: {}, expires_at: '0' };

/** @param users by token; a text is the id of a user without claims. */
export async function startSampleAuthService(
  users: ReadonlyMap<string, string | SampleUser>,
  address = '127.0.0.1:0',
): Promise<SampleAuthService> {
  const validateToken: handleUnaryCall<Request, Response> = ({ request }, answer) => {
    const user = users.get(request.token);
    answer(null, user === undefined ? UNKNOWN : responseFor(typeof user === 'string' ? { id: user } : user));
  };
  const server = new Server();
  server.addService(serviceDefinition(), { ValidateToken: validateToken });
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync(address, ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    );
  });
  return { address: `${address.replace(/:\d+$/, '')}:${port}`, stop: () => server.forceShutdown() };
}

function responseFor({ id, claims = {}, expiresIn }: SampleUser): Response {
  const isNumber = /^[1-9]\d{0,19}$/.test(id);
  return {
    valid: true,
    user_id: isNumber ? id : '0',
    email: `user-${id}@example.com`,
    subject: isNumber ? '' : id,
    claims: Object.fromEntries(Object.entries(claims).map(([claim, values]) => [claim, { values }])),
    expires_at: expiresIn === undefined ? '0' : String(Math.floor(Date.now() / 1000) + expiresIn),
  };
}

function serviceDefinition(): ServiceDefinition {
  const loaded = loadPackageDefinition(loadSync(PROTO, { keepCase: true, longs: String, defaults: true }))['auth'];
  const service = typeof loaded === 'object' && 'AuthService' in loaded ? loaded['AuthService'] : undefined;
  if (typeof service !== 'function' || !('service' in service)) throw new Error(`${PROTO} has no auth.AuthService`);
  return service.service;
}
