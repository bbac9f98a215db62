import type { CheckedEventRoute, CheckedRoute } from '../../config/routes/route-config.ts';

/** From harmless to harmful. */
export const LEVELS = ['safe', 'risky', 'breaking'] as const;
export type Level = (typeof LEVELS)[number];

export type Party = 'clients' | 'publishers' | 'operators';

/** What a change means for some of those it concerns. */
export interface Effect {
  readonly party: Party;
  readonly level: Level;
  readonly why: string;
}

export interface Change {
  /** The worst of its effects. */
  readonly level: Level;
  readonly route?: string;
  readonly event?: string;
  /** What is different, as half a sentence. */
  readonly what: string;
  readonly effects: readonly Effect[];
}

/** The same route in both versions. */
export interface RoutePair {
  readonly before: CheckedEventRoute;
  readonly after: CheckedEventRoute;
}

export function effect(party: Party, level: Level, why: string): Effect {
  return { party, level, why };
}

export function change(route: CheckedRoute | undefined, what: string, ...effects: Effect[]): Change {
  const level = worst(effects.map((one) => one.level));
  const place = route && { route: route.name, ...(route.kind === 'event' && { event: route.event }) };
  return { level, ...place, what, effects };
}

export function isAtLeast(level: Level, bar: Level): boolean {
  return LEVELS.indexOf(level) >= LEVELS.indexOf(bar);
}

function worst(levels: readonly Level[]): Level {
  return levels.reduce<Level>((worse, level) => (isAtLeast(level, worse) ? level : worse), 'safe');
}
