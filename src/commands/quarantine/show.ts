import { isUtf8 } from 'node:buffer';
import { printable } from '../../config/text/findings.ts';
import type { Row } from '../../contract/explain/explain-text.ts';
import { preflightReplay, whyKept, type ReplayPreflight } from '../../contract/publish/preflight-replay.ts';
import type { QuarantineEntry } from '../../redis/quarantine-reader.ts';
import type { Terminal } from '../command.ts';
import { EXIT } from '../exit-codes.ts';
import { listed } from './list.ts';
import type { QuarantineAsked } from './quarantine.ts';
import { printRows } from '../print-table.ts';

export async function showKept(id: string, asked: QuarantineAsked, terminal: Terminal): Promise<void> {
  const entry = await findKept(id, asked, terminal);
  if (!entry) return;
  const ruling = preflightReplay(asked.config, entry, asked.rules.limits);
  if (asked.json) terminal.print(JSON.stringify({ ...listed(entry), ...payloadOf(entry), now: ruling }, undefined, 2));
  else printRows(rowsOf(entry, ruling), terminal);
}

/** Nothing where there is no such entry, or more than one, which is told. */
export async function findKept(
  id: string,
  { reader, routes }: QuarantineAsked,
  terminal: Terminal,
): Promise<QuarantineEntry | undefined> {
  if (!/^\d{1,20}-\d{1,20}$/.test(id)) return fail(`${JSON.stringify(id)} is no id; list tells them`, terminal);
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
