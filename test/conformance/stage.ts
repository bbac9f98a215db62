import { beforeAll } from 'vitest';
import type { WebSocketServerName } from '../../src/sockets/servers/open-servers.ts';
import { startConformanceServer } from './profile.ts';

/** One server for all tests of a block; its port and address are there once they run. */
export function useConformanceServer(webSockets: WebSocketServerName): { port: number; url: string } {
  const place = { port: 0, url: '' };
  beforeAll(async () => {
    const { port, stop } = await startConformanceServer(0, webSockets);
    Object.assign(place, { port, url: `http://localhost:${port}` });
    return stop;
  });
  return place;
}
