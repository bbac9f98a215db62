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
   * @param silent whether nothing came until the deadline.
   * @param askedAt performance.now() when the call began.
   */
  ended(silent: boolean, askedAt: number): void;
  close(): void;
}

export interface GrpcChannelOptions {
  /** host:port */
  readonly address: string;
  readonly tls?: GrpcTls;
  /** How long a call takes at most, in milliseconds. */
  readonly deadline: number;
}

const CHANNEL_OPTIONS = {
  // The default grows to two minutes; the first success after an outage should follow within seconds.
  'grpc.initial_reconnect_backoff_ms': 200,
  'grpc.max_reconnect_backoff_ms': 2000,
  'grpc.max_receive_message_length': 64 * 1024,
  // AUTH_SERVICE_ADDR is where it leads: `http_proxy` is set for other programs, and would see every token.
  'grpc.enable_http_proxy': 0,
  // A new client has a new connection.
  'grpc.use_local_subchannel_pool': 1,
};

/** Calls in a row that met their deadline, after which the connection is taken for dead. */
const SILENT_CALLS = 2;
/** A new connection has that long to prove itself. */
const PROBATION_MS = 10_000;

/**
 * A connection that was cut in silence is replaced after two calls without an answer. Keepalive pings would find it, too; but
 * servers that allow one in five minutes, as grpc-go does by default, end the connection for them, in every hang.
 */
export function createGrpcChannel({ address, tls, deadline }: GrpcChannelOptions): GrpcChannel {
  // Its lines on stderr are in no form; what they say is in the errors of calls. GRPC_VERBOSITY brings them back.
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
    // Calls that are under way on it may be answered yet.
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
