import { createHash } from 'node:crypto';

/** The stream of what a route could not take. Nothing that a route's name may hold ends the hash tag of a cluster. */
export function quarantineKey(route: string): string {
  return `gw:quarantine:{${route}}`;
}

/** Is there for a while after a message was kept: whoever else hears it keeps it no second time. */
export function markKey(route: string, channel: string, message: Buffer, bytes: number): string {
  const hash = createHash('sha256').update(`${bytes} ${channel} `).update(message).digest('base64url');
  return `${quarantineKey(route)}:${hash.slice(0, 22)}`;
}
