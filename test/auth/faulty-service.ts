import { once } from 'node:events';
import { createServer as createHttp2Server, type ServerHttp2Stream } from 'node:http2';
import { createServer as createTcpServer, type AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { Server, ServerCredentials, type handleUnaryCall } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { onTestFinished } from 'vitest';

export interface ValidateTokenRequest {
  readonly token: string;
}

export interface ValidateTokenResponse {
  readonly valid?: boolean;
  readonly user_id?: string;
  readonly email?: string;
  readonly subject?: string;
  readonly claims?: Readonly<Record<string, { readonly values: readonly string[] }>>;
  readonly expires_at?: string;
}

export type ValidateToken = handleUnaryCall<ValidateTokenRequest, ValidateTokenResponse>;

export interface Service {
  /** host:port */
  readonly address: string;
  stop(): void;
}

type Finished = (stop: () => void) => void;

const PROTO = fileURLToPath(new URL('../../proto/auth.proto', import.meta.url));

/** An auth service that answers as the test decides. */
export async function startFaultyService(
  validateToken: ValidateToken,
  finished: Finished = onTestFinished,
  address = '127.0.0.1:0',
  credentials = ServerCredentials.createInsecure(),
): Promise<Service> {
  const definition = loadSync(PROTO, { keepCase: true, longs: String })['auth.AuthService'];
  if (definition === undefined || 'format' in definition) throw new Error(`${PROTO} has no auth.AuthService`);
  const server = new Server();
  server.addService(definition, { ValidateToken: validateToken });
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync(address, credentials, (error, bound) => (error ? reject(error) : resolve(bound)));
  });
  const stop = (): void => server.forceShutdown();
  finished(stop);
  return { address: `127.0.0.1:${port}`, stop };
}

/** A server that accepts connections and sends nothing. */
export async function startSilentService(finished: Finished = onTestFinished, port = 0): Promise<Service> {
  const peers = new Set<{ destroy(): void }>();
  const server = createTcpServer((peer) => {
    peers.add(peer);
    peer.on('error', () => peer.destroy());
  });
  const stop = (): void => {
    for (const peer of peers) peer.destroy();
    server.close();
  };
  finished(stop);
  return { address: await addressOf(server.listen(port, '127.0.0.1')), stop };
}

/** A server that speaks HTTP/2, with `answer` in place of gRPC. */
export async function startBrokenService(
  answer: (stream: ServerHttp2Stream) => void,
  finished: Finished = onTestFinished,
): Promise<Service> {
  const server = createHttp2Server();
  server.on('session', (session) => finished(() => session.destroy()));
  server.on('stream', (stream) => {
    stream.on('error', () => stream.destroy());
    answer(stream);
  });
  const stop = (): void => void server.close();
  finished(stop);
  return { address: await addressOf(server.listen(0, '127.0.0.1')), stop };
}

async function addressOf(server: { address(): AddressInfo | string | null } & NodeJS.EventEmitter): Promise<string> {
  await once(server, 'listening');
  const address = server.address();
  return `127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
}
