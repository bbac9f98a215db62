import { heardByClients, type CheckedEventRoute, type RoutesConfig } from '../config/routes-file.ts';
import { LEVELS, type Change, type RoutePair } from './diff-change.ts';
import { controlChanges } from './diff-control.ts';
import { envelopeChanges } from './diff-envelope.ts';
import { payloadChanges } from './diff-payload.ts';
import { pairRoutes } from './diff-pairs.ts';
import { addedChange, removedChange, routeChanges } from './diff-route.ts';
import { shapeChanges } from './diff-shape.ts';
import { targetChanges } from './diff-target.ts';
import { trialChanges } from './diff-trial.ts';

/** What is different between two versions of routes and schemas for those who rely on them; the worst first. */
export function diffContracts(whole: RoutesConfig, wholeAfter: RoutesConfig): Change[] {
  const [before, after] = [heardByClients(whole), heardByClients(wholeAfter)];
  const { pairs, removed, added } = pairRoutes(before.routes, after.routes);
  const changes = [
    ...envelopeChanges(before.envelope, after.envelope),
    ...removed.map((route) => removedChange(route, after)),
    ...pairs.flatMap((pair) => pairChanges(pair, before, after)),
    ...added.map((route) => addedChange(route, before, after)),
    ...controlChanges(whole, wholeAfter),
    ...trialChanges(whole, wholeAfter),
  ];
  return changes.toSorted((a, b) => LEVELS.indexOf(b.level) - LEVELS.indexOf(a.level));
}

function pairChanges(
  pair: RoutePair,
  before: RoutesConfig<CheckedEventRoute>,
  after: RoutesConfig<CheckedEventRoute>,
): Change[] {
  return [
    ...routeChanges(pair, after),
    ...targetChanges(pair),
    ...shapeChanges(pair),
    ...payloadChanges(pair, before.envelope, after.envelope),
  ];
}
