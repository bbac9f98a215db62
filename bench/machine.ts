import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cpus, release } from 'node:os';

/** The processors this process may use: the first is the measured server's, the others are everybody else's. */
export function processors(): { server: string; others: string } {
  const allowed = /Cpus_allowed_list:\s*(\S+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '0';
  const [first = 0, ...rest] = allowed.split(',').flatMap(expand);
  return { server: String(first), others: rest.length > 0 ? rest.join(',') : String(first) };
}

function expand(range: string): number[] {
  const [from = 0, to = from] = range.split('-').map(Number);
  return Array.from({ length: to - from + 1 }, (_, i) => from + i);
}

/** Sockets that one process may have, less what it needs besides. */
export function mostSockets(): number {
  const limit = /Max open files\s+\S+\s+(\S+)/.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1];
  return (limit === 'unlimited' ? 1_000_000 : Number(limit)) - 200;
}

/** What a reader must know to judge the numbers. */
export function conditions(gateways: readonly string[]): Record<string, string> {
  const { server, others } = processors();
  return {
    processor: `${cpus()[0]?.model ?? 'unknown'}, ${cpus().length} of them`,
    pinning: `the server to cpu ${server}, the rest to cpu ${others}`,
    kernel: release(),
    node: process.version,
    redis: firstLine('redis-server', ['--version']),
    compiler: firstLine('gcc', ['--version']),
    gateway: gateways.length > 0 ? gateways.join(', ') : sourceState(),
  };
}

function sourceState(): string {
  const changed = firstLine('git', ['status', '--porcelain', 'src']) !== '';
  return `built from commit ${firstLine('git', ['rev-parse', '--short', 'HEAD'])}${changed ? ', with changes' : ''}`;
}

function firstLine(program: string, args: readonly string[]): string {
  try {
    const text = execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
    return text.split('\n')[0] ?? '';
  } catch {
    return 'unknown';
  }
}
