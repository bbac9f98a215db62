import type { Writable } from 'node:stream';

/** Bytes of log that may wait for their reader: some ten thousand lines. */
const MAX_WAITING = 4 * 1024 * 1024;

export interface LogOutput {
  write(line: string): void;
  /** Resolves when all lines are out. */
  flush(): Promise<void>;
}

export interface LogOutputEvents {
  /** A line was dropped, as too many wait. */
  dropped(): void;
  /** The reader has caught up after that many were dropped. */
  readAgain(lines: number): void;
}

/** A pipe whose reader stands still blocks nobody: Node keeps what the pipe does not take. Here that has an end. */
export function createLogOutput(stream: Writable, events: LogOutputEvents): LogOutput {
  let lines = 0;
  const drop = (): void => {
    if (lines === 0)
      stream.once('drain', () => {
        events.readAgain(lines);
        lines = 0;
      });
    lines += 1;
    events.dropped();
  };
  return {
    write(line) {
      if (stream.writableLength > MAX_WAITING) drop();
      else stream.write(line);
    },
    flush: () => new Promise((resolve) => stream.write('', () => resolve())),
  };
}
