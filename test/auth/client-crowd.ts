import { TOKENS, USERS } from '../support/auth-service.ts';
import { createClient, type TestClient } from '../support/client.ts';
import { startFaultyService, type Service, type ValidateToken } from './faulty-service.ts';

/** The token of the n-th client of a crowd, user 1000 + n. */
export function tokenOf(n: number): string {
  return `crowd-${n}`;
}

/** An auth service that knows the crowd and the bystanders, and records its calls. */
export interface CrowdService extends Service {
  /** Tokens in the order of the calls. */
  readonly asked: string[];
  /** The most calls that were open at the same time. */
  readonly most: () => number;
  /** Tokens that are no longer valid. */
  readonly revoked: Set<string>;
}

const BYSTANDERS = new Map<string, string>([
  [TOKENS.bob, USERS.bob],
  [TOKENS.carol, USERS.carol],
]);

/** @param delay how long an answer takes, in milliseconds. */
export async function startCrowdService(
  options: { delay?: number; address?: string; finished?: (stop: () => void) => void } = {},
): Promise<CrowdService> {
  const asked: string[] = [];
  const revoked = new Set<string>();
  let open = 0;
  let most = 0;
  const validate: ValidateToken = ({ request: { token } }, reply) => {
    asked.push(token);
    open += 1;
    most = Math.max(most, open);
    const user = userOf(token);
    const valid = user !== undefined && !revoked.has(token);
    setTimeout(() => {
      open -= 1;
      reply(null, valid ? { valid, user_id: user } : { valid: false });
    }, options.delay ?? 0);
  };
  const service = await startFaultyService(validate, options.finished, options.address);
  return { ...service, asked, revoked, most: () => most };
}

function userOf(token: string): string | undefined {
  const [, n] = /^crowd-(\d+)$/.exec(token) ?? [];
  return n === undefined ? BYSTANDERS.get(token) : String(1000 + Number(n));
}

/** A stock client of the crowd, and the errors that it received. */
export interface CrowdClient extends TestClient {
  readonly errors: string[];
  /** Resolves each time it is connected. */
  entered(): Promise<unknown>;
}

/** Connects `size` stock clients together, every third one by polling. */
export function createCrowd(url: string, size: number, token: (n: number) => string = tokenOf): CrowdClient[] {
  return Array.from({ length: size }, (_, n) => {
    const client = createClient(url, {
      auth: { token: token(n) },
      transports: [n % 3 === 2 ? 'polling' : 'websocket'],
      reconnectionDelayMax: 1000,
      // Each client at an address of its own, where the gateway trusts the proxy.
      extraHeaders: { 'X-Forwarded-For': `192.0.2.${n % 250}` },
    });
    const errors: string[] = [];
    client.socket.on('connect_error', ({ message }) => errors.push(message));
    return { ...client, errors, entered: () => client.next('connected') };
  });
}
