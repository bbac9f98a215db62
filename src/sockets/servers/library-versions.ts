import { readFileSync } from 'node:fs';
import { findPackageJSON } from 'node:module';

/** Version prefixes of libraries whose internals were verified; a test compares the installed ones. */
const READ = { 'engine.io': '6.6.', ws: '8.' } as const;

/** Returns the installed versions of Socket.IO's libraries that are not verified. */
export function unverifiedForSocketIo(): string[] {
  const socketIo = findPackageJSON('socket.io', import.meta.url);
  const engine = socketIo && findPackageJSON('engine.io', socketIo);
  return [...unknown('engine.io', engine), ...unknown('ws', engine && findPackageJSON('ws', engine))];
}

/** Returns the installed versions of the native server's libraries that are not verified. */
export function unverifiedForNativeServer(): string[] {
  return unknown('ws', findPackageJSON('ws', import.meta.url));
}

function unknown(library: keyof typeof READ, manifest: string | undefined): string[] {
  const version = manifest === undefined ? 'not found' : versionIn(manifest);
  return version.startsWith(READ[library]) ? [] : [`${library} ${version}`];
}

function versionIn(manifest: string): string {
  const { version }: { version?: unknown } = JSON.parse(readFileSync(manifest, 'utf8'));
  return String(version);
}
