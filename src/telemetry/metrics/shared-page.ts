/** The text of a scrape. */
export interface MetricsPage {
  readonly contentType: string;
  readonly text: string;
}

/** A scrape of 3,000 routes blocks the event loop for 160 ms, and any client that reaches the port can request one. */
export const SHARED_MS = 1000;

/** Writes pages one at a time, and returns each to all requests within `sharedFor` milliseconds after it was written. */
export function createPageSharing(sharedFor = SHARED_MS, now: () => number = () => performance.now()) {
  let turn: Promise<unknown> = Promise.resolve();
  return (write: () => Promise<MetricsPage>): (() => Promise<MetricsPage>) => {
    let page: Promise<MetricsPage> | undefined;
    let writtenAt = Infinity;
    const forget = (): void => void (page = undefined);
    return () => {
      if (page !== undefined && now() - writtenAt < sharedFor) return page;
      writtenAt = Infinity;
      page = turn.then(write);
      turn = page.then(() => void (writtenAt = now()), forget);
      return page;
    };
  };
}
