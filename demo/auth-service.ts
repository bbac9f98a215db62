import { fileURLToPath } from 'node:url';
import {
  loadPackageDefinition,
  Server,
  ServerCredentials,
  type handleUnaryCall,
  type ServiceDefinition,
} from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';

/** A sample auth service: a real gRPC server with a few tokens. */
export interface SampleAuthService {
  /** host:port */
  readonly address: string;
  stop(): void;
}

interface Request {
  readonly token: string;
}

interface Response {
  readonly valid: boolean;
  readonly user_id: string;
  readonly email: string;
}

const PROTO = fileURLToPath(new URL('../proto/auth.proto', import.meta.url));
const NOBODY: Response = { valid: false, user_id: '0', email: '' };

/** @param users user id, as decimal text, by token. */
export async function startSampleAuthService(
  users: ReadonlyMap<string, string>,
  address = '127.0.0.1:0',
): Promise<SampleAuthService> {
  const validateToken: handleUnaryCall<Request, Response> = ({ request }, answer) => {
    const user = users.get(request.token);
    answer(null, user === undefined ? NOBODY : { valid: true, user_id: user, email: `user-${user}@example.com` });
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

function serviceDefinition(): ServiceDefinition {
  const loaded = loadPackageDefinition(loadSync(PROTO, { keepCase: true, longs: String, defaults: true }))['auth'];
  const service = typeof loaded === 'object' && 'AuthService' in loaded ? loaded['AuthService'] : undefined;
  if (typeof service !== 'function' || !('service' in service)) throw new Error(`${PROTO} has no auth.AuthService`);
  return service.service;
}
