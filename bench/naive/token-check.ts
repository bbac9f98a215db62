import { fileURLToPath } from 'node:url';
import { loadPackageDefinition, credentials, type ServiceError } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';

interface Answer {
  readonly valid: boolean;
  readonly user_id: string;
}

const PROTO = fileURLToPath(new URL('../../proto/auth.proto', import.meta.url));

export type Answered = (error: ServiceError | null, answer: Answer | undefined) => void;

/** One call to the auth service per connection, as the recipe has it. */
export function createTokenCheck(address: string): (token: string, answered: Answered) => void {
  const loaded = loadPackageDefinition(loadSync(PROTO, { keepCase: true, longs: String, defaults: true }))['auth'];
  const AuthService = typeof loaded === 'object' && 'AuthService' in loaded ? loaded['AuthService'] : undefined;
  if (typeof AuthService !== 'function' || !('service' in AuthService)) throw new Error('no auth.AuthService');
  const client = new AuthService(address, credentials.createInsecure());
  return (token, answered) => client['ValidateToken']?.({ token }, answered);
}
