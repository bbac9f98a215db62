import { clientRoutes, type CheckedEventRoute, type RoutesConfig } from '../../config/routes/route-config.ts';
import { LEVELS, type Change, type RoutePair } from './change.ts';
import { controlChanges } from './control.ts';
import { envelopeChanges, routeEnvelopeChanges } from './envelope.ts';
import { identityChanges } from './identity.ts';
import { payloadChanges } from './payload.ts';
import { pairRoutes } from './pairs.ts';
import { addedChange, removedChange, routeChanges } from './route.ts';
import { shapeChanges } from './shape.ts';
import { targetChanges } from './target.ts';
import { trialChanges } from './trial.ts';

/** What is different between two versions of routes and schemas for those who rely on them; the worst first. */
export function diffContracts(whole: RoutesConfig, wholeAfter: RoutesConfig): Change[] {
  const [before, after] = [clientRoutes(whole), clientRoutes(wholeAfter)];
  const { pairs, removed, added } = pairRoutes(before.routes, after.routes);
  const changes = [
    ...identityChanges(before.identity, after.identity),
    ...envelopeChanges(whole, wholeAfter),
    ...removed.map((route) => removedChange(route, after)),
    ...pairs.flatMap((pair) => pairChanges(pair, before, after)),
    ...added.map((route) => addedChange(route, before)),
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
    ...routeEnvelopeChanges(pair, { before, after }),
    ...payloadChanges(pair),
  ];
}
