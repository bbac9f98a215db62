import { isUtf8 } from 'node:buffer';
import { printable } from '../../config/text/findings.ts';
import type { Row } from '../../contract/explain/explain-text.ts';
import { preflightReplay, whyKept, type ReplayPreflight } from '../../contract/publish/preflight-replay.ts';
import type { QuarantineEntry } from '../../redis/quarantine-reader.ts';
import type { Terminal } from '../terminal.ts';
import { EXIT } from '../exit-codes.ts';
import { listed } from './list.ts';
import type { QuarantineQuery } from './query.ts';
import { printRows } from '../print-table.ts';

export async function showKept(id: string, query: QuarantineQuery, terminal: Terminal): Promise<void> {
  const entry = await findKept(id, query, terminal);
  if (!entry) return;
  const ruling = preflightReplay(query.config, entry, query.rules.limits);
  if (query.json) terminal.print(JSON.stringify({ ...listed(entry), ...payloadOf(entry), now: ruling }, undefined, 2));
  else printRows(rowsOf(entry, ruling), terminal);
}

/** Returns undefined, after a message, where there is no such entry or more than one. */
export async function findKept(
  id: string,
  { reader, routes }: QuarantineQuery,
  terminal: Terminal,
): Promise<QuarantineEntry | undefined> {
  if (!/^\d{1,20}-\d{1,20}$/.test(id)) return fail(`${JSON.stringify(id)} is not an id; list prints ids`, terminal);
  const found = await Promise.all(routes.map((route) => reader.find(route, id)));
  const [entry, ...others] = found.filter((one) => one !== undefined);
  if (others.length > 0) return fail(`${id} is there of several routes; name one with --route`, terminal);
  return (
    entry ?? fail(`${id} is not in quarantine of ${routes.length === 0 ? 'any route' : routes.join(', ')}`, terminal)
  );
}

function fail(problem: string, terminal: Terminal): undefined {
  terminal.printError(printable(problem));
  terminal.exitWith(EXIT.failed);
}

function payloadOf({ message }: QuarantineEntry): { message: string } | { messageBase64: string } {
  return isUtf8(message) ? { message: message.toString() } : { messageBase64: message.toString('base64') };
}

function rowsOf(entry: QuarantineEntry, ruling: ReplayPreflight): Row[] {
  const { id, time, route, channel, bytes } = listed(entry);
  const kept = entry.message.length;
  return [
    plain('id', id),
    plain('time', time),
    plain('route', route),
    plain('channel', channel),
    { label: 'dropped', lines: [whyKept(entry)], tone: 'bad' },
    'problems' in ruling
      ? { label: 'now', lines: ruling.problems.map((problem) => `still not taken: ${problem}`), tone: 'bad' }
      : { label: 'now', lines: [`would be published to ${ruling.channel}`], tone: 'good' },
    plain(
      'message',
      kept < bytes ? `${bytes} bytes, the first ${kept} of them` : `${bytes} bytes`,
      ...entry.message.toString('utf8').split(/\r?\n/),
    ),
  ];
}

const plain = (label: string, ...lines: string[]): Row => ({ label, lines, tone: 'plain' });
