import { useEffect, useRef, useState } from 'preact/hooks';
import { inWords } from './admin-api.ts';

/** The newest answer, and what went wrong since. */
export interface Polled<T> {
  readonly value?: T;
  readonly problem?: string;
}

/** A slow answer is asked for less often: a tenth of the time at most is spent on it. */
const REST_PER_WAIT = 9;

/** Polls while the page may be visible. */
export function usePolled<T>(ask: (signal: AbortSignal) => Promise<T>, everyMs: number): Polled<T> {
  const [polled, setPolled] = useState<Polled<T>>({});
  const asked = useRef(ask);
  asked.current = ask;
  useEffect(() => {
    const stopped = new AbortController();
    void poll({
      ask: () => asked.current(stopped.signal),
      everyMs,
      signal: stopped.signal,
      answered: (value) => setPolled({ value }),
      failed: (error) => setPolled(({ value }) => ({ ...(value !== undefined && { value }), problem: inWords(error) })),
    });
    return () => stopped.abort();
  }, [everyMs]);
  return polled;
}

interface Polling<T> {
  readonly ask: () => Promise<T>;
  readonly everyMs: number;
  readonly signal: AbortSignal;
  readonly answered: (value: T) => void;
  readonly failed: (error: unknown) => void;
}

async function poll<T>({ ask, everyMs, signal, answered, failed }: Polling<T>): Promise<void> {
  while (!signal.aborted) {
    const askedAt = performance.now();
    try {
      answered(await ask());
    } catch (error) {
      if (!signal.aborted) failed(error);
    }
    await pause(Math.max(everyMs, REST_PER_WAIT * (performance.now() - askedAt)), signal);
    await untilSeen(signal);
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

async function untilSeen(signal: AbortSignal): Promise<void> {
  while (document.hidden && !signal.aborted) {
    await new Promise((resolve) => {
      document.addEventListener('visibilitychange', resolve, { once: true, signal });
      signal.addEventListener('abort', resolve, { once: true });
    });
  }
}
