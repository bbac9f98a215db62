import { readFileSync } from 'node:fs';
import { Client, credentials, logVerbosity, setLogVerbosity, type ChannelCredentials } from '@grpc/grpc-js';

/** Paths of PEM files. */
export interface GrpcTls {
  readonly caFile: string | undefined;
  readonly certFile: string | undefined;
  readonly keyFile: string | undefined;
}

/** The connection to the auth service. */
export interface GrpcChannel {
  client(): Client;
  /**
   * Called after each call.
   *
   * @param silent whether nothing was received until the deadline.
   * @param askedAt performance.now() when the call began.
   */
  ended(silent: boolean, askedAt: number): void;
  close(): void;
}

export interface GrpcChannelOptions {
  /** host:port */
  readonly address: string;
  readonly tls?: GrpcTls;
  /** Deadline of a call, in milliseconds. */
  readonly deadline: number;
}

const CHANNEL_OPTIONS = {
  // The default grows to two minutes; the first success after an outage should follow within seconds.
  'grpc.initial_reconnect_backoff_ms': 200,
  'grpc.max_reconnect_backoff_ms': 2000,
  'grpc.max_receive_message_length': 64 * 1024,
  // Connects to AUTH_SERVICE_ADDR directly: `http_proxy` is set for other programs, and would see every token.
  'grpc.enable_http_proxy': 0,
  // A new client has a new connection.
  'grpc.use_local_subchannel_pool': 1,
};

/** After so many calls in a row without an answer the connection counts as dead. */
const SILENT_CALLS = 2;
/** A new connection is not replaced for so long. */
const PROBATION_MS = 10_000;

/**
 * Replaces a connection that was cut silently after two calls without an answer. Keepalive pings would find it, too; but
 * servers that allow one in five minutes, as grpc-go does by default, close the connection for them, in every hang.
 */
export function createGrpcChannel({ address, tls, deadline }: GrpcChannelOptions): GrpcChannel {
  // The library's lines on stderr are not JSON; the errors of calls say the same. GRPC_VERBOSITY switches them on again.
  if (process.env['GRPC_VERBOSITY'] === undefined) setLogVerbosity(logVerbosity.NONE);
  const channelCredentials = credentialsOf(tls);
  const open = (): Client => new Client(address, channelCredentials, CHANNEL_OPTIONS);
  const retired = new Set<Client>();
  let client = open();
  let openedAt = -Infinity;
  let silentCalls = 0;

  function replace(): void {
    const old = client;
    retired.add(old);
    // Calls under way on it may still be answered.
    setTimeout(() => retired.delete(old) && old.close(), deadline).unref();
    client = open();
    openedAt = performance.now();
    silentCalls = 0;
  }

  return {
    client: () => client,
    ended(silent, askedAt) {
      if (!silent) silentCalls = 0;
      else if (askedAt >= openedAt) silentCalls += 1;
      if (silentCalls >= SILENT_CALLS && performance.now() - openedAt >= PROBATION_MS) replace();
    },
    close() {
      for (const one of [client, ...retired]) one.close();
      retired.clear();
    },
  };
}

function credentialsOf(tls: GrpcTls | undefined): ChannelCredentials {
  if (tls === undefined) return credentials.createInsecure();
  const pem = (path: string | undefined): Buffer | null => (path === undefined ? null : readFileSync(path));
  return credentials.createSsl(pem(tls.caFile), pem(tls.keyFile), pem(tls.certFile));
}
