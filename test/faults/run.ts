import { execFileSync } from 'node:child_process';
import { cpus, release } from 'node:os';
import { parseArgs } from 'node:util';
import { FAULTS, NOT_RUN } from './all.ts';
import { runFault, type Report } from './run-fault.ts';
import { tableOf, tableOfNotRun } from './table.ts';

const say = (text: string): boolean => process.stdout.write(`${text}\n`);
const ask = (program: string, ...args: string[]): string => execFileSync(program, args, { encoding: 'utf8' }).trim();

/** What a reader must know to judge the numbers. */
function conditions(): string {
  const commit = ask('git', 'rev-parse', '--short', 'HEAD');
  const changed = ask('git', 'status', '--porcelain', 'src') === '' ? '' : ', src changed since';
  const machine = `${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, kernel ${release()}`;
  const redis = /v=(\S+)/.exec(ask('redis-server', '--version'))?.[1] ?? 'unknown';
  const date = new Date().toISOString().slice(0, 10);
  return `${date}, commit ${commit}${changed}. ${machine}, Node ${process.version}, Redis ${redis}.`;
}

const { values } = parseArgs({ options: { only: { type: 'string', multiple: true }, list: { type: 'boolean' } } });
// `--only F13` runs its variants, too.
const wanted = FAULTS.filter(({ id }) => values.only?.some((one) => `${id} `.startsWith(`${one} `)) ?? true);
if (values.list) {
  for (const { id, title } of wanted) say(`${id}: ${title}`);
  process.exit(0);
}

const reports: Report[] = [];
for (const fault of wanted) {
  process.stderr.write(`${fault.id}: ${fault.title}\n`);
  reports.push(await runFault(fault));
}
say(`${conditions()}\n\n${tableOf(reports)}\n\nNot run:\n\n${tableOfNotRun(NOT_RUN)}`);
process.exit(reports.every(({ failures }) => failures.length === 0) ? 0 : 1);
