import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

// The outside programs that tests run against. In CI each must be there; elsewhere what is missing is named, and the
// tests that need it are left out of the run by vitest.config.ts.

const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

export function chromiumPath(): string | undefined {
  return process.env['CHROMIUM_PATH'] ?? CHROMIUM.find((path) => existsSync(path));
}

export function isInstalled(program: string): boolean {
  return spawnSync('sh', ['-c', `command -v ${program}`]).status === 0;
}

/** Test files by the part they cannot do without. */
export const NEEDED_PARTS: readonly { part: string; present: () => boolean; files: string }[] = [
  { part: 'chromium', present: () => chromiumPath() !== undefined, files: 'test/browser/**' },
  { part: 'openssl', present: () => isInstalled('openssl'), files: 'test/**/tls*.test.ts' },
  { part: 'gcc', present: () => isInstalled('gcc'), files: 'test/bench/smoke.long.test.ts' },
  { part: 'redis-server', present: () => isInstalled('redis-server'), files: 'test/redis/**' },
  { part: 'redis-server', present: () => isInstalled('redis-server'), files: 'test/bench/smoke.long.test.ts' },
  { part: 'redis-server', present: () => isInstalled('redis-server'), files: 'test/commands/publish.long.test.ts' },
  { part: 'redis-server', present: () => isInstalled('redis-server'), files: 'test/durable/**' },
  { part: 'redis-server', present: () => isInstalled('redis-server'), files: 'test/faults/**' },
  { part: 'git', present: () => isInstalled('git'), files: 'test/contract/diff-command.long.test.ts' },
  { part: 'haproxy', present: () => isInstalled('haproxy'), files: 'test/deploy/haproxy*.test.ts' },
  { part: 'nginx', present: () => isInstalled('nginx'), files: 'test/deploy/nginx.test.ts' },
  { part: 'promtool', present: () => isInstalled('promtool'), files: 'test/http/promtool.test.ts' },
  { part: 'prometheus', present: () => isInstalled('prometheus'), files: 'test/deploy/prometheus.test.ts' },
];
