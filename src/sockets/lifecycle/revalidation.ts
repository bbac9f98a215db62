import type { Authenticator } from '../../auth/authenticator.ts';
import type { AuthOutcome } from '../../auth/auth-trace.ts';
import { createSemaphore } from '../../flow/semaphore.ts';
import { takeIdentity } from './replace-token.ts';
import type { ClosingCode } from './close-codes.ts';
import type { ClientSocket } from '../servers/socket-server.ts';

export const REVALIDATION_OUTCOMES = ['valid', 'invalid', 'unavailable'] as const;
export type RevalidationOutcome = (typeof REVALIDATION_OUTCOMES)[number];

export interface RevalidationEvents {
  revalidated(outcome: RevalidationOutcome): void;
  /** An error of the gateway while handling a client; it is reported, and the gateway continues. */
  failed(error: unknown): void;
}

type Member = Pick<ClientSocket, 'connected' | 'data'>;

export interface RevalidationOptions<Socket extends Member> {
  readonly authenticator: Pick<Authenticator, 'revalidate'>;
  /** Milliseconds after which, at the latest, a token is validated again; 0: never. */
  readonly revalidateWithin: number;
  /** Called at each check. */
  readonly sockets: () => Iterable<Socket>;
  readonly close: (socket: Socket, code: ClosingCode) => void;
  /** The token is valid, and its claims or its expiry may differ. */
  readonly changed: (socket: Socket) => void;
  readonly events: RevalidationEvents;
}

export interface Revalidation {
  /** Validates all tokens again soon, spread over time: revocations may have been missed. */
  all(): void;
  stop(): void;
}

/** Interval of the checks for due tokens. A check of 20,000 sockets takes about a millisecond. */
const LOOK_MS = 1000;
/** Concurrent validations; new clients do not wait behind those of connected ones. */
const MOST_AT_ONCE = 16;
/** Delay after an unavailable answer and after a gap; or the interval, where that is shorter. */
const SOON_MS = 30_000;

/** Whether a token is still valid shows only when it is validated again: it may have been revoked, and not each method knows its expiry. */
export function createRevalidation<Socket extends Member>(options: RevalidationOptions<Socket>): Revalidation {
  const { authenticator, revalidateWithin: interval, sockets, close, changed, events } = options;
  const soon = Math.min(interval, SOON_MS);
  const semaphore = createSemaphore(MOST_AT_ONCE, Infinity);
  let distrustedAt = -Infinity;

  async function ask(socket: Socket): Promise<void> {
    const release = await semaphore.acquire();
    await askNow(socket);
    release?.();
  }

  async function askNow(socket: Socket): Promise<void> {
    const { proof } = socket.data;
    if (proof === undefined || !socket.connected) return;
    // After a gap, an answer for another connection with the same token is enough.
    const since = proof.askedAt <= distrustedAt ? distrustedAt : performance.now();
    try {
      const outcome = await authenticator.revalidate(proof, since);
      if (socket.connected) settle(socket, outcome);
    } catch (error) {
      events.failed(error);
      postpone(socket, soon);
    }
  }

  function settle(socket: Socket, outcome: AuthOutcome): void {
    const verdict = verdictOn(socket, outcome);
    // Expired and revoked tokens look alike: the client may reconnect with a fresh token.
    if (verdict === 'invalid') close(socket, 'token-invalid');
    if (verdict === 'valid') changed(socket);
    postpone(socket, verdict === 'unavailable' ? soon : interval);
    events.revalidated(verdict);
  }

  function look(): void {
    const now = performance.now();
    for (const socket of sockets()) {
      const { data } = socket;
      if (data.proof === undefined) continue;
      data.revalidateAt ??= data.proof.askedAt + early(interval);
      if (data.revalidateAt > now) continue;
      data.revalidateAt = Infinity;
      void ask(socket);
    }
  }

  const timer = interval > 0 ? setInterval(look, LOOK_MS).unref() : undefined;
  return {
    all() {
      distrustedAt = performance.now();
      for (const { data } of sockets())
        // For tokens that are due already, only an answer from now on counts.
        if (data.revalidateAt !== Infinity) data.revalidateAt = distrustedAt + Math.random() * soon;
    },
    stop: () => clearInterval(timer),
  };
}

function postpone({ data }: Member, time: number): void {
  data.revalidateAt = performance.now() + early(time);
}

/** A random time in the last quarter of the interval, so that sockets that connected together are spread. */
function early(time: number): number {
  return time * (0.75 + Math.random() * 0.25);
}

/** Only an invalid token closes a connection; an outage of the auth service closes none. */
function verdictOn({ data }: Member, outcome: AuthOutcome): RevalidationOutcome {
  if (outcome.kind === 'rejected' && outcome.rejection.retry) return 'unavailable';
  if (outcome.kind === 'accepted' && outcome.proof && outcome.identity.user === data.user) {
    data.proof = outcome.proof;
    takeIdentity(data, outcome.identity);
    return 'valid';
  }
  return 'invalid';
}
