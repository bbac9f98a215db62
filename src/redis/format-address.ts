import type { HostAndPort } from '../config/environment/redis-url.ts';

/** `host:port`, for messages and as a key. */
export function formatAddress({ host, port }: HostAndPort): string {
  return `${host}:${port}`;
}
