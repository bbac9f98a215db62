import type { ReloadOutcome } from './reload.ts';

/** The outcome of the last reload, for /health and the console. */
export interface LastReload {
  reloaded(outcome: ReloadOutcome): void;
  /** Undefined before the first reload. */
  last(): { readonly outcome: ReloadOutcome['kind']; readonly at: Date } | undefined;
}

export function createLastReload(): LastReload {
  let last: ReturnType<LastReload['last']>;
  return {
    last: () => last,
    reloaded: ({ kind }) => void (last = { outcome: kind, at: new Date() }),
  };
}
