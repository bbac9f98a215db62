import type { UserId } from '../../../routes/user-id.ts';

/** Revocations that all instances share. */
export interface RevocationStore {
  /**
   * Writes that the tokens of these users are revoked.
   *
   * @param age milliseconds since the revocation was received.
   * @returns its time by the clock of the store, in milliseconds since 1970.
   */
  add(users: readonly UserId[], age: number): Promise<number>;
  /** Times of all revocations by user, in milliseconds since 1970. */
  read(): Promise<ReadonlyMap<UserId, number>>;
}

export interface RevokedTokensEvents {
  /** Redis did not read or write them; it is tried again. */
  revocationsFailed(error: unknown): void;
}

export interface RevokedTokensOptions {
  readonly store: RevocationStore;
  /** Whether the plan in force has a route that revokes users; without one nothing is read. */
  readonly isNeeded: () => boolean;
  /** Longest life of a token, in milliseconds: older revocations concern no valid token. */
  readonly maxAge: number;
  readonly events: RevokedTokensEvents;
}

/** Which JWTs are revoked. Each instance holds the revocations in memory: a JWT is checked without a call. */
export interface RevokedTokens {
  revoke(users: Iterable<UserId>): void;
  /** Reads the revocations again, after a gap in which some may have been missed. */
  reload(): void;
  /** @param issuedAt in milliseconds since 1970. @returns undefined while the revocations are not known. */
  isRevoked(user: UserId, issuedAt: number): boolean | undefined;
  /** For /health. */
  problem(): string | undefined;
  close(): void;
}

const RETRY_MS = 2000;

/** A revocation that Redis has not taken yet. */
interface Unwritten {
  readonly users: readonly UserId[];
  readonly receivedAt: number;
}

export function createRevokedTokens({ store, isNeeded, maxAge, events }: RevokedTokensOptions): RevokedTokens {
  const times = new RevocationTimes(maxAge);
  const unwritten: Unwritten[] = [];
  let isLoaded = false;
  const passes = createPasses(async (mustRead) => {
    await writeAll(unwritten, store, times);
    if (!mustRead) return;
    times.take(await store.read());
    isLoaded = true;
  }, events);

  return {
    reload: () => void (isNeeded() && passes.request(true)),
    revoke(users) {
      const list = [...users];
      times.take(list.map((user) => [user, Date.now()] as const));
      unwritten.push({ users: list, receivedAt: performance.now() });
      passes.request(false);
    },
    isRevoked(user, issuedAt) {
      if (!isNeeded()) return false;
      if (isLoaded) return issuedAt <= times.of(user);
      if (!passes.isRequested()) passes.request(true);
      return undefined;
    },
    problem: () =>
      isNeeded() && !isLoaded
        ? 'the revocations of JWTs are not read from Redis yet, and clients with a JWT are refused and come back'
        : undefined,
    close: passes.close,
  };
}

/** The last revocation of each user, in milliseconds since 1970. */
class RevocationTimes {
  readonly #byUser = new Map<UserId, number>();
  readonly #maxAge: number;

  constructor(maxAge: number) {
    this.#maxAge = maxAge;
  }

  of(user: UserId): number {
    return this.#byUser.get(user) ?? -Infinity;
  }

  /** The later revocation of a user counts; those that concern no valid token are forgotten. */
  take(revocations: Iterable<readonly [UserId, number]>): void {
    for (const [user, at] of revocations) this.#byUser.set(user, Math.max(at, this.of(user)));
    const oldest = Date.now() - this.#maxAge;
    for (const [user, at] of this.#byUser) if (at < oldest) this.#byUser.delete(user);
  }
}

/** Writes in the order of the revocations; one that fails stays the first. */
async function writeAll(unwritten: Unwritten[], store: RevocationStore, times: RevocationTimes): Promise<void> {
  for (let one = unwritten[0]; one !== undefined; one = unwritten[0]) {
    const at = await store.add(one.users, performance.now() - one.receivedAt);
    times.take(one.users.map((user) => [user, at] as const));
    unwritten.shift();
  }
}

interface Passes {
  /** @param read whether all revocations are read. */
  request(read: boolean): void;
  /** Whether a read is under way or will be tried again. */
  isRequested(): boolean;
  close(): void;
}

/** Runs one pass at a time; a pass that fails is run again. */
function createPasses(run: (mustRead: boolean) => Promise<void>, events: RevokedTokensEvents): Passes {
  let isRead = false;
  let isAgain = false;
  let isBusy = false;
  let isClosed = false;
  let timer: NodeJS.Timeout | undefined;

  async function loop(): Promise<void> {
    if (isBusy) return;
    isBusy = true;
    clearTimeout(timer);
    while (isAgain) {
      isAgain = false;
      const mustRead = isRead;
      try {
        await run(mustRead);
        if (mustRead) isRead = isAgain && isRead;
      } catch (error) {
        events.revocationsFailed(error);
        isAgain = !isClosed;
        timer = setTimeout(() => void loop(), RETRY_MS).unref();
        break;
      }
    }
    isBusy = false;
  }

  return {
    request(read) {
      if (isClosed) return;
      isRead ||= read;
      isAgain = true;
      void loop();
    },
    isRequested: () => isRead,
    close() {
      isClosed = true;
      isAgain = false;
      clearTimeout(timer);
    },
  };
}
