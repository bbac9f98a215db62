import { createHash } from 'node:crypto';

/** Key of a route's quarantine stream. No character that is allowed in a route's name ends the hash tag of a cluster. */
export function quarantineKey(route: string): string {
  return `gw:quarantine:{${route}}`;
}

/** Key that exists for a while after a message was quarantined, so that other instances do not quarantine it again. */
export function markKey(route: string, channel: string, message: Buffer, bytes: number): string {
  const hash = createHash('sha256').update(`${bytes} ${channel} `).update(message).digest('base64url');
  return `${quarantineKey(route)}:${hash.slice(0, 22)}`;
}
