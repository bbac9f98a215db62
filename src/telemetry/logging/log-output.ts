/** Bytes of log that may wait for their reader: some ten thousand lines. */
const MAX_WAITING = 4 * 1024 * 1024;
/** After a write that failed. */
const RETRY_MS = 1000;

/** Standard output, which has a listener for errors of its own. */
export interface LogStream {
  readonly writableLength: number;
  write(text: string, done: (error?: NodeJS.ErrnoException | null) => void): unknown;
}

export interface LogOutput {
  write(line: string): void;
  /** Resolves when all lines are out. */
  flush(): Promise<void>;
}

export interface LogOutputEvents {
  /** A line was dropped: too many wait, or it could not be written. */
  dropped(): void;
  /** Lines are written again after that many were dropped. */
  writtenAgain(lines: number, reason: string): void;
}

/**
 * A log that cannot be written, because of a full disk or a reader that died, ends nothing: its lines are dropped, and
 * after a second the next one is tried. A reader that stands still blocks nobody: Node keeps what the pipe does not take,
 * and here that has an end.
 */
export function createLogOutput(
  stream: LogStream,
  events: LogOutputEvents,
  now: () => number = () => performance.now(),
): LogOutput {
  let lines = 0;
  let reason = '';
  let retryAt = -Infinity;
  const drop = (because: string): void => {
    lines += 1;
    reason = because;
    events.dropped();
  };
  const written = (error?: NodeJS.ErrnoException | null): void => {
    if (error) {
      retryAt = now() + RETRY_MS;
      drop(error.code ?? error.message);
    } else if (lines > 0 && stream.writableLength === 0) {
      const dropped = lines;
      lines = 0;
      events.writtenAgain(dropped, reason);
    }
  };
  return {
    write(line) {
      if (now() < retryAt) drop(reason);
      else if (stream.writableLength > MAX_WAITING) drop('nobody read them');
      // A disk that was full may have taken the beginning of a line: this one gets its own.
      else stream.write(lines > 0 ? `\n${line}` : line, written);
    },
    flush: () => new Promise((resolve) => stream.write('', () => resolve())),
  };
}
