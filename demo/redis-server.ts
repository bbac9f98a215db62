import { spawn, type ChildProcess, type StdioOptions } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import type { Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRedisCommandExecutor, RedisServerState, Resp2Server } from 'js-redis-server/core';

const STDIO: StdioOptions = ['ignore', 'pipe', 'inherit'];

/** An installed redis-server that stores nothing; `untilReady` waits for its start. */
export function spawnRedisServer(port: number, args: readonly string[] = []): ChildProcess {
  // A folder of its own: otherwise it would load what another server left there for a replica.
  const folder = mkdtempSync(join(tmpdir(), 'redis-'));
  const options = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', folder];
  // In a process group of its own: Ctrl-C goes to its parent, which stops it last.
  const server = spawn('redis-server', [...options, ...args], { stdio: STDIO, detached: true });
  for (const end of ['exit', 'error']) server.once(end, () => rmSync(folder, { recursive: true, force: true }));
  return server;
}

/** Resolves with undefined once the server accepts connections; with its output or error if it ends before. */
export function untilReady(server: ChildProcess): Promise<string | undefined> {
  return new Promise((resolve) => {
    let text = '';
    server.stdout?.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      if (/ready to accept/i.test(text)) resolve(undefined);
    });
    server.once('error', (error) => resolve(String(error)));
    server.once('exit', () => resolve(text));
  });
}

/** The package's own start-up functions listen on all interfaces; these parts of it accept an address. */
export async function listenEmbedded(port: number): Promise<Server> {
  const { server } = new Resp2Server({ server: new RedisServerState(), executor: createRedisCommandExecutor() });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return server;
}
