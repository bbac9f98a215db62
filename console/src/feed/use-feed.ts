import { useEffect, useRef, useState } from 'preact/hooks';
import type { FeedLine } from '../../../src/admin/api.ts';
import { inWords, type AdminApi } from '../admin/admin-api.ts';

/** A line and its number, the key of its row. */
export interface Entry extends FeedLine {
  readonly number: number;
}

export interface Feed {
  readonly state: 'stopped' | 'starting' | 'running';
  /** Newest first. */
  readonly entries: readonly Entry[];
  /** Messages that passed and are not in the list: the gateway left them out. */
  readonly heldBack: number;
  readonly problem: string | undefined;
  start(payloads: boolean): void;
  stop(): void;
  clear(): void;
}

export const MOST_ENTRIES = 300;
/** A busy gateway sends more often than a person can read or a phone can draw. */
const SHOW_EVERY_MS = 200;

interface Contents {
  readonly entries: readonly Entry[];
  readonly heldBack: number;
}

const NOTHING: Contents = { entries: [], heldBack: 0 };

export function useFeed(api: AdminApi): Feed {
  const [contents, setContents] = useState(NOTHING);
  const [state, setState] = useState<Feed['state']>('stopped');
  const [problem, setProblem] = useState<string>();
  const reading = useRef<AbortController>(undefined);
  const stop = (): void => {
    reading.current?.abort();
    setState('stopped');
  };
  useEffect(() => () => reading.current?.abort(), []);

  const start = async (payloads: boolean): Promise<void> => {
    reading.current?.abort();
    const mine = new AbortController();
    reading.current = mine;
    const collected = collect((lines) => setContents((before) => added(before, lines)));
    setState('starting');
    setProblem(undefined);
    try {
      for await (const line of api.feed({ payloads, opened: () => setState('running') }, mine.signal))
        collected.add(line);
      if (!mine.signal.aborted) setProblem('The gateway ended the feed. Start it again.');
    } catch (error) {
      if (!mine.signal.aborted) setProblem(inWords(error));
    } finally {
      collected.flush();
      if (reading.current === mine) setState('stopped');
    }
  };
  return {
    ...contents,
    state,
    problem,
    start: (payloads) => void start(payloads),
    stop,
    clear: () => setContents(NOTHING),
  };
}

/** Hands lines on in batches. */
function collect(show: (lines: readonly FeedLine[]) => void) {
  let lines: FeedLine[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;
  const flush = (): void => {
    clearTimeout(timer);
    timer = undefined;
    if (lines.length > 0) show(lines);
    lines = [];
  };
  return {
    add(line: FeedLine): void {
      lines.push(line);
      if (lines.length > MOST_ENTRIES) lines.shift();
      timer ??= setTimeout(flush, SHOW_EVERY_MS);
    },
    flush,
  };
}

function added({ entries, heldBack }: Contents, lines: readonly FeedLine[]): Contents {
  const next = (entries[0]?.number ?? 0) + 1;
  const fresh = lines.map((line, i) => ({ ...line, number: next + i })).toReversed();
  const left = lines.reduce((sum, line) => sum + (line.heldBack ?? 0), 0);
  return { entries: [...fresh, ...entries].slice(0, MOST_ENTRIES), heldBack: heldBack + left };
}
