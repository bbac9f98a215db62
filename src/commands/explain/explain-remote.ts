import { isUtf8 } from 'node:buffer';
import type { ExplainAnswer, ExplainQuestion } from '../../admin/api.ts';
import { readEnvironment } from '../../config/environment/environment.ts';
import { printable } from '../../config/text/findings.ts';
import type { Row } from '../../contract/explain/explain-text.ts';
import { requestExplanation } from '../admin-client.ts';
import type { Terminal } from '../terminal.ts';
import { EXIT } from '../exit-codes.ts';
import { refuse } from '../inputs.ts';

/** Returns the answer of the gateway at `url`; undefined, after a message, where there is none. */
export async function explainRemote(
  url: string,
  { channel, raw, user }: { channel: string; raw: Buffer; user: string | undefined },
  terminal: Terminal,
): Promise<ExplainAnswer | undefined> {
  const { ADMIN_TOKEN } = terminal.environment;
  const { settings, findings } = readEnvironment({ ADMIN_TOKEN });
  if (!settings) return refuse(findings, terminal);
  if (!isUtf8(raw)) return fail('the message is not UTF-8: every gateway drops it as not-json', terminal);
  const token = settings.adminToken;
  if (token !== undefined && isInTheOpen(url))
    terminal.printError(`warning: the admin token goes to ${url} in plain text; https:// keeps it secret`);
  const question: ExplainQuestion = { channel, payload: raw.toString('utf8'), ...(user !== undefined && { user }) };
  const answer = await requestExplanation(url, token, question);
  return 'problem' in answer ? fail(`${url}: ${answer.problem}`, terminal) : answer;
}

/** What only a running gateway knows. */
export function remoteRows(url: string, { plan, sockets, userSockets }: ExplainAnswer, who: string | undefined): Row[] {
  const reached = Object.entries(sockets).map(([route, count]) => `route ${route} reaches ${counted(count)}`);
  const mine =
    userSockets === undefined ? [] : [`${who} ${who === 'anonymous' ? 'clients have' : 'has'} ${counted(userSockets)}`];
  const lines = [...reached, ...mine];
  return [
    { label: '', lines: [], tone: 'plain' },
    { label: 'gateway', lines: [`${url}, plan ${plan.number} (${plan.hash})`], tone: 'plain' },
    ...(lines.length > 0 ? [{ label: 'sockets', lines, tone: 'plain' } as const] : []),
  ];
}

function counted(sockets: number): string {
  return `${sockets} ${sockets === 1 ? 'socket' : 'sockets'} there`;
}

function isInTheOpen(url: string): boolean {
  const { protocol, hostname } = new URL(url);
  return protocol === 'http:' && !/^(localhost|.*\.localhost|127\.[\d.]+|\[::1\])$/.test(hostname);
}

function fail(problem: string, terminal: Terminal): undefined {
  terminal.printError(printable(problem));
  terminal.exitWith(EXIT.failed);
}
