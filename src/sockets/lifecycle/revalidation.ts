import type { Authenticator } from '../../auth/authenticator.ts';
import type { AuthOutcome } from '../../auth/auth-trace.ts';
import { createSemaphore } from '../../flow/semaphore.ts';
import type { ClosingCode } from './close-codes.ts';
import type { ClientSocket } from '../servers/socket-server.ts';

export const REVALIDATION_OUTCOMES = ['valid', 'invalid', 'unavailable'] as const;
export type RevalidationOutcome = (typeof REVALIDATION_OUTCOMES)[number];

export interface RevalidationEvents {
  revalidated(outcome: RevalidationOutcome): void;
  /** A fault of ours while serving a client; told, and survived. */
  failed(error: unknown): void;
}

type Member = Pick<ClientSocket, 'connected' | 'data'>;

export interface RevalidationOptions<Socket extends Member> {
  readonly authenticator: Pick<Authenticator, 'revalidate'>;
  /** After so many milliseconds at the latest a token is asked about again; 0: never. */
  readonly revalidateWithin: number;
  /** Read anew at each look. */
  readonly sockets: () => Iterable<Socket>;
  readonly close: (socket: Socket, code: ClosingCode) => void;
  readonly events: RevalidationEvents;
}

export interface Revalidation {
  /** All tokens are asked about again, soon and not all at once: revocations may have passed unheard. */
  all(): void;
  stop(): void;
}

/** How often it is looked whose turn it is. A look at 20,000 sockets takes about a millisecond. */
const LOOK_MS = 1000;
/** Questions at once: clients at the door do not wait behind those that are in. */
const MOST_AT_ONCE = 16;
/** When nobody could tell, and after a gap; or the interval, where that is shorter. */
const SOON_MS = 30_000;

/** The auth service tells no expiry: whether a token is still good shows only when it is asked about again. */
export function createRevalidation<Socket extends Member>(options: RevalidationOptions<Socket>): Revalidation {
  const { authenticator, revalidateWithin: interval, sockets, close, events } = options;
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
    // After a gap what was found out for another connection with this token will do.
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
    // Expired or revoked, nobody tells: it may come back, with a fresh token. With this one it is refused at the door.
    if (verdict === 'invalid') close(socket, 'token-invalid');
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
        // Of those whose turn it is already, only an answer from now on counts.
        if (data.revalidateAt !== Infinity) data.revalidateAt = distrustedAt + Math.random() * soon;
    },
    stop: () => clearInterval(timer),
  };
}

function postpone({ data }: Member, time: number): void {
  data.revalidateAt = performance.now() + early(time);
}

/** Somewhere in the last quarter of the time: sockets that came together are not asked about together. */
function early(time: number): number {
  return time * (0.75 + Math.random() * 0.25);
}

/** Only a clear "no" closes a connection: an outage of the auth service closes none. */
function verdictOn({ data }: Member, outcome: AuthOutcome): RevalidationOutcome {
  if (outcome.kind === 'rejected' && outcome.rejection.retry) return 'unavailable';
  if (outcome.kind === 'accepted' && outcome.proof && outcome.identity.user === data.user) {
    data.proof = outcome.proof;
    return 'valid';
  }
  return 'invalid';
}
