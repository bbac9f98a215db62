import type { HostAndPort } from '../config/environment/redis-url.ts';
import { formatAddress } from './format-address.ts';

/** True for an error reply of Redis: the connection works, the command was refused. */
export function isReplyError(error: unknown): error is Error {
  return error instanceof Error && error.name === 'ReplyError';
}

/** Adds to an error reply the server that sent it, for the log; the reply's text stays as it is. */
export function withServer(reply: Error, server: HostAndPort): Error {
  return Object.assign(reply, { server: formatAddress(server) });
}
