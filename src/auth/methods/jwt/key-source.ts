import type { JwtKey, TokenHeader } from './keys.ts';
import { keysFor } from './keys.ts';

/** The keys for one token, or why there are none. */
export type KeysFound =
  | { readonly kind: 'keys'; readonly keys: readonly JwtKey[] }
  /** The issuer has no such key. */
  | { readonly kind: 'unknown-key' }
  /** Whether the issuer has such a key is not known. */
  | { readonly kind: 'unavailable'; readonly cause: string };

/** The keys of the issuer. */
export interface KeySource {
  start(): void;
  find(header: TokenHeader): Promise<KeysFound>;
  /** Why the keys cannot be loaded, for /health: without addresses. */
  problem(): string | undefined;
  close(): void;
}

export interface KeyEvents {
  /** @param cause without secrets. @param kept whether keys of an earlier load stay in use. */
  keysFailed(cause: string, kept: boolean): void;
  keysLoaded(count: number): void;
}

export interface KeySourceOptions {
  /** Loads all keys. Always resolves. */
  readonly load: () => Promise<readonly JwtKey[] | { readonly problem: string }>;
  /** Milliseconds after which the keys are loaded again. */
  readonly reloadEvery: number;
  readonly events: KeyEvents;
  readonly now?: () => number;
}

/** A failed load is repeated after that time. */
const RETRY_MS = 5000;
/** Unknown keys cause a load at most so often: every client can send tokens with unknown keys. */
const UNKNOWN_KEY_MS = 60_000;

/** Keeps the keys through outages of their source. */
export function createKeySource({
  load,
  reloadEvery,
  events,
  now = () => performance.now(),
}: KeySourceOptions): KeySource {
  let keys: readonly JwtKey[] | undefined;
  let failure: string | undefined;
  let loading: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;
  let isClosed = false;
  let unknownAt = -Infinity;

  async function loadNow(): Promise<void> {
    const loaded = await load();
    if (isClosed) return;
    if ('problem' in loaded) {
      failure = loaded.problem;
      events.keysFailed(failure, keys !== undefined);
    } else {
      if (failure !== undefined || keys === undefined) events.keysLoaded(loaded.length);
      keys = loaded;
      failure = undefined;
    }
    clearTimeout(timer);
    timer = setTimeout(() => void refresh(), failure === undefined ? reloadEvery : RETRY_MS).unref();
  }

  function refresh(): Promise<void> {
    loading ??= loadNow().finally(() => (loading = undefined));
    return loading;
  }

  /** Keys may have been added since the last load. */
  async function findNew(header: TokenHeader): Promise<readonly JwtKey[]> {
    if (failure === undefined && now() - unknownAt >= UNKNOWN_KEY_MS) {
      unknownAt = now();
      void refresh();
    }
    await loading;
    return keysFor(header, keys ?? []);
  }

  return {
    start: () => void refresh(),
    async find(header) {
      if (keys === undefined) await (loading ?? (failure === undefined ? refresh() : undefined));
      const known = keysFor(header, keys ?? []);
      const found = known.length > 0 || keys === undefined ? known : await findNew(header);
      if (found.length > 0) return { kind: 'keys', keys: found };
      return failure === undefined ? { kind: 'unknown-key' } : { kind: 'unavailable', cause: failure };
    },
    problem: () => (failure === undefined ? undefined : problemWords(keys !== undefined)),
    close() {
      isClosed = true;
      clearTimeout(timer);
    },
  };
}

/** @param kept whether keys of an earlier load stay in use. */
function problemWords(kept: boolean): string {
  const effect = kept ? 'the last loaded ones stay in use' : 'clients with a JWT are refused and come back';
  return `the keys of the JWT issuer cannot be loaded, and ${effect}; the log has the cause`;
}
