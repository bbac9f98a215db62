import { readFileSync } from 'node:fs';
import { findPackageJSON } from 'node:module';

/** Of what was read of the code of libraries: the beginnings of their versions. A test holds the behaviour of others against it. */
const READ = { 'engine.io': '6.6.', ws: '8.' } as const;

/** What is installed for Socket.IO to use and was not read. */
export function unverifiedForSocketIo(): string[] {
  const socketIo = findPackageJSON('socket.io', import.meta.url);
  const engine = socketIo && findPackageJSON('engine.io', socketIo);
  return [...unknown('engine.io', engine), ...unknown('ws', engine && findPackageJSON('ws', engine))];
}

/** What is installed for our own server of websockets and was not read. */
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
