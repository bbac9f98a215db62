import type { ActivityAnswer } from '../../../src/admin/api.ts';

/** Long enough for a figure that does not jump, short enough to be current. */
const WINDOW_MS = 10_000;

/** The newest answers, oldest first. */
export type History = readonly ActivityAnswer[];

export function withAnswer(history: History, answer: ActivityAnswer): History {
  const since = Date.parse(answer.at) - WINDOW_MS;
  // What comes from before a restart, or from another instance behind the same address, has nothing to do with it.
  const kept = history.filter(({ at }) => Date.parse(at) >= since && at < answer.at);
  return isOneCount(kept.at(-1), answer) ? [...kept, answer] : [answer];
}

function isOneCount(before: ActivityAnswer | undefined, now: ActivityAnswer): boolean {
  return Object.entries(before?.routes ?? {}).every(
    ([route, { received }]) => (now.routes[route]?.received ?? received) >= received,
  );
}

/** Messages a second of one route; nothing before the second answer. */
export function ratePerSecond(history: History, route: string): number | undefined {
  const [first] = history;
  const last = history.at(-1);
  if (first === undefined || last === undefined || first === last) return undefined;
  const received = (last.routes[route]?.received ?? 0) - (first.routes[route]?.received ?? 0);
  return received / ((Date.parse(last.at) - Date.parse(first.at)) / 1000);
}

/** `0`, `0.3`, `12`, `1,234` */
export function rateInDigits(rate: number): string {
  return rate.toLocaleString('en', { maximumFractionDigits: rate < 10 ? 1 : 0 });
}
