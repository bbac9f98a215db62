import type { MetricsPage } from './exposition.ts';

/** A scrape of 3,000 routes takes 160 ms of the event loop that delivers messages, and anybody may ask for one. */
export const SHARED_MS = 1000;

/** Writes pages one at a time, and hands each to all who ask within `sharedFor` milliseconds of it. */
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
