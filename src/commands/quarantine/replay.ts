import { printable } from '../../config/text/findings.ts';
import { publishWay } from '../../contract/publish/preflight-publish.ts';
import { preflightReplay } from '../../contract/publish/preflight-replay.ts';
import { publishOnce } from '../../redis/publisher.ts';
import type { QuarantineEntry } from '../../redis/quarantine-reader.ts';
import type { Terminal } from '../terminal.ts';
import { EXIT } from '../exit-codes.ts';
import { findKept } from './show.ts';
import type { QuarantineQuery } from './query.ts';

/** How it ended for one of them, as `--json` prints it. */
type Replayed = { readonly id: string; readonly route: string } & (
  | {
      readonly replayed: true;
      readonly channel: string;
      readonly receivers?: number;
      readonly entryId?: string;
      /** Other routes of the channel that receive it too. */
      readonly others: readonly string[];
    }
  | { readonly replayed: false; readonly reasons: readonly string[] }
);

const PAGE = 50;

export async function replayKept(id: string | undefined, query: QuarantineQuery, terminal: Terminal): Promise<void> {
  const results: Replayed[] = [];
  const replay = async (entry: QuarantineEntry): Promise<void> => {
    const one = { id: entry.id, route: entry.route, ...(await replayOne(entry, query)) };
    results.push(one);
    if (!query.json) printReplayed(one, terminal);
  };
  if (id === undefined) await eachKept(query, replay);
  else {
    const entry = await findKept(id, query, terminal);
    if (!entry) return;
    await replay(entry);
  }
  const left = results.filter(({ replayed }) => !replayed).length;
  if (query.json)
    terminal.print(JSON.stringify({ replayed: results.length - left, left, entries: results }, undefined, 2));
  else terminal.print(`${results.length - left} replayed, ${left} left in quarantine`);
  if (left > 0) terminal.exitWith(EXIT.failed);
}

/** Those that are there now: what comes back while it is replayed waits for the next time. */
async function eachKept(
  { reader, routes, limit }: QuarantineQuery,
  act: (entry: QuarantineEntry) => Promise<void>,
): Promise<void> {
  let left = limit;
  for (const route of routes) {
    const most = Math.min(left, await reader.count(route));
    let [seen, last]: [number, string | undefined] = [0, undefined];
    while (seen < most) {
      const page = await reader.next(route, Math.min(PAGE, most - seen), last);
      if (page.length === 0) break;
      // A copy of what another route kept may have gone with it.
      for (const entry of page) if (await reader.find(route, entry.id)) await act(entry);
      seen += page.length;
      last = page.at(-1)?.id;
    }
    left -= seen;
  }
}

type ReplayResult =
  | { readonly replayed: false; readonly reasons: readonly string[] }
  | Omit<Replayed & { replayed: true }, 'id' | 'route'>;

async function replayOne(
  entry: QuarantineEntry,
  { reader, config, rules, redis }: QuarantineQuery,
): Promise<ReplayResult> {
  const ruling = preflightReplay(config, entry, rules.limits);
  if ('problems' in ruling) return stays(...ruling.problems);
  const { channel, others } = ruling;
  // Should the gateways drop it once more, it is to be kept once more.
  await reader.unmark(entry);
  const publication = await publishOnce(redis, { channel, message: entry.message, ...publishWay(config, channel) });
  if ('problem' in publication) return stays(publication.problem);
  if (publication.receivers === 0 && publication.entryId === undefined)
    return stays(`no instance receives it: no gateway subscribes to "${channel}" at this Redis`);
  await reader.remove(entry);
  for (const other of others) await reader.removeCopy(other, entry);
  return { replayed: true, channel, ...publication, others };
}

function stays(...reasons: string[]): ReplayResult {
  return { replayed: false, reasons };
}

function printReplayed(one: Replayed, terminal: Terminal): void {
  if (!one.replayed) {
    for (const reason of one.reasons)
      terminal.printError(printable(`${one.id} of route ${one.route} stays: ${reason}`));
    return;
  }
  const { id, route, channel, entryId, others } = one;
  const where = entryId === undefined ? `published to ${channel}` : `added to the stream ${channel} as ${entryId}`;
  const also = others.length === 0 ? '' : `; ${others.join(', ')} receives it too`;
  terminal.print(printable(`${id} of route ${route}: ${where}${also}`));
}
