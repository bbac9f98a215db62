import { once } from 'node:events';
import { createServer, request, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { onTestFinished } from 'vitest';
import { freePort } from './ports.ts';

/** A proxy that takes a prefix away and passes websockets; other paths are 404. @returns its address, without the prefix. */
export async function startPrefixProxy(prefix: string, port: number): Promise<string> {
  const own = await freePort();
  const targetOf = ({ url = '' }: IncomingMessage): string | undefined =>
    url.startsWith(`${prefix}/`) ? url.slice(prefix.length) : undefined;
  const proxy = createServer((asked, answer) => {
    const path = targetOf(asked);
    if (path === undefined) {
      answer.writeHead(404).end();
      return;
    }
    const { method, headers } = asked;
    const passed = request({ host: '127.0.0.1', port, path, method, headers }, (response) => {
      answer.writeHead(response.statusCode ?? 502, response.headers);
      response.pipe(answer);
    });
    passed.on('error', () => answer.destroy());
    answer.on('close', () => passed.destroy());
    asked.pipe(passed);
  });
  proxy.on('upgrade', (asked, socket) => {
    const path = targetOf(asked);
    if (path === undefined) {
      socket.destroy();
      return;
    }
    const passed = connect(port, '127.0.0.1');
    const lines = Object.entries(asked.headers).map(([name, value]) => `${name}: ${String(value)}\r\n`);
    passed.write(`GET ${path} HTTP/1.1\r\n${lines.join('')}\r\n`);
    passed.on('error', () => socket.destroy()).on('close', () => socket.destroy());
    socket.on('error', () => passed.destroy()).on('close', () => passed.destroy());
    passed.pipe(socket).pipe(passed);
  });
  proxy.listen(own, '127.0.0.1');
  await once(proxy, 'listening');
  onTestFinished(() => proxy.close().closeAllConnections());
  return `http://127.0.0.1:${own}`;
}
