/** Bytes of log that may wait for a slow reader: about ten thousand lines. */
const MAX_WAITING = 4 * 1024 * 1024;
/** Pause after a failed write. */
const RETRY_MS = 1000;

/** The part of standard output that the log writes to; its `error` listener is elsewhere. */
export interface LogStream {
  readonly writableLength: number;
  write(text: string, done: (error?: NodeJS.ErrnoException | null) => void): unknown;
}

export interface LogOutput {
  write(line: string): void;
  /** Resolves when all lines are written. */
  flush(): Promise<void>;
}

export interface LogOutputEvents {
  /** A line was dropped: too many wait, or it could not be written. */
  dropped(): void;
  /** A line was written after `lines` lines were dropped. */
  writtenAgain(lines: number, reason: string): void;
}

/**
 * Writes log lines, and drops them where that fails (full disk, closed pipe); the next attempt follows a second later, and
 * the gateway keeps running. Node buffers what a stalled reader does not take; above 4 MiB lines are dropped.
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
      else if (stream.writableLength > MAX_WAITING) drop('not read');
      // A full disk may have taken the beginning of the last line: this one starts on a new line.
      else stream.write(lines > 0 ? `\n${line}` : line, written);
    },
    flush: () => new Promise((resolve) => stream.write('', () => resolve())),
  };
}
