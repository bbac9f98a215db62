import type { Finding } from '../text/findings.ts';
import { written, type Report, type RouteInFile } from './route-in-file.ts';

/** Keys that say what clients receive. */
const EVENT_KEYS = ['event', 'audience', 'payload', 'map', 'omit', 'latest', 'shadow'];

/** Finds keys that have no meaning, or a dangerous one, in a route with `action`. */
export function controlFindings(input: RouteInFile, report: Report): Finding[] {
  return [...eventKeys(input, report), ...source(input, report), ...broadcast(input, report)];
}

function eventKeys(input: RouteInFile, report: Report): Finding[] {
  const keys = EVENT_KEYS.filter((key) => written(input, key) !== undefined);
  return keys.map((key) => {
    const message = `${key} says what clients receive, but a route with action: disconnect sends nothing. Remove it, or write two routes`;
    return report('action-with-event', [key], message);
  });
}

function source(input: RouteInFile, report: Report): Finding[] {
  const found = written(input, 'source');
  if (found === undefined || found === 'pubsub') return [];
  const message = 'a route with action: disconnect reads Redis Pub/Sub only; remove source';
  return [report('action-with-stream', ['source'], message)];
}

function broadcast(input: RouteInFile, report: Report): Finding[] {
  if (written(input, 'target') !== 'broadcast') return [];
  const message = 'target: broadcast would disconnect everyone; name the users, as in { user: user_id }';
  return [report('action-broadcast', ['target'], message)];
}
