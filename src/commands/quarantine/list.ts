import { printable } from '../../config/text/findings.ts';
import { whyKept } from '../../contract/publish/preflight-replay.ts';
import type { QuarantineEntry } from '../../redis/quarantine-reader.ts';
import type { Terminal } from '../terminal.ts';
import type { QuarantineQuery } from './query.ts';

/** An entry without its payload, as `--json` prints it. */
export interface Listed {
  readonly id: string;
  /** ISO 8601. */
  readonly time: string;
  readonly route: string;
  readonly channel: string;
  readonly reason: string;
  readonly detail?: string;
  /** As published. */
  readonly bytes: number;
}

export const MOST_LISTED = 1000;

export async function listKept({ reader, routes, limit, json }: QuarantineQuery, terminal: Terminal): Promise<void> {
  const most = Math.min(limit, MOST_LISTED);
  const counts: Record<string, number> = {};
  const entries: Listed[] = [];
  for (const route of routes) {
    counts[route] = await reader.count(route);
    entries.push(...(await reader.last(route, most)).map(listed));
  }
  const newest = entries.toSorted((a, b) => b.time.localeCompare(a.time)).slice(0, most);
  if (json) return terminal.print(JSON.stringify({ counts, entries: newest }, undefined, 2));
  if (routes.length === 0) return terminal.print('no route says on_invalid: quarantine');
  for (const [route, count] of Object.entries(counts))
    terminal.print(printable(`route ${route}: ${count} in quarantine`));
  for (const { id, time, route, ...why } of newest)
    terminal.print(printable(`${id}  ${time}  ${route}  ${whyKept(why)}`));
}

export function listed({ id, at, route, channel, reason, detail, bytes }: QuarantineEntry): Listed {
  const time = new Date(at).toISOString();
  return { id, time, route, channel, reason, ...(detail !== undefined && { detail }), bytes };
}
