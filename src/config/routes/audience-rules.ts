import { didYouMean } from '../../schema/did-you-mean.ts';
import { isObject } from '../../schema/json.ts';
import type { Finding } from '../text/findings.ts';
import { written, type Report, type RouteInFile } from './route-in-file.ts';

/** Checks `audience` of a route that sends an event. */
export function audienceFindings(input: RouteInFile, report: Report): Finding[] {
  const { route, identity } = input;
  if (route.kind === 'control') return [];
  const audience = written(input, 'audience');
  if (route.target.kind === 'users') {
    if (audience !== 'authenticated' && audience !== 'anyone' && !isObject(audience)) return [];
    const message = 'audience applies to broadcasts only; users are always authenticated. Remove it';
    return [report('audience-unused', ['audience'], message, 'warning')];
  }
  if (audience === undefined) return identity.claims.length === 0 ? [] : [unsaid(report)];
  if (typeof route.audience === 'string' || identity.claims.includes(route.audience.claim)) return [];
  return [undeclared(route.audience.claim, identity.claims, report)];
}

/** With claims there are several kinds of users: a customer with a session token is authenticated, too. */
function unsaid(report: Report): Finding {
  const message =
    'the broadcast goes to all authenticated clients, and identity.claims says that users differ. Say who receives it: audience: authenticated, anyone, or { claim: roles, has: staff }';
  return report('audience-unsaid', ['target'], message, 'warning');
}

function undeclared(claim: string, declared: readonly string[], report: Report): Finding {
  const near = didYouMean(claim, declared);
  const hint = near === undefined ? `write identity: { claims: [${claim}] }` : `did you mean "${near}"?`;
  const message = `claim "${claim}" is not in identity.claims, so it is not read from tokens and no client has it; ${hint}`;
  return report('audience-undeclared', ['audience', 'claim'], message);
}
