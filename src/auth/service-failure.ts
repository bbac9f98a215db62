/** A call to the auth service that says nothing about the token. */
export interface ServiceFailure {
  /** Name of the gRPC status, or `HTTP_` and the status of HTTP. */
  readonly status: string;
  /** The gRPC library's description; undefined where the service itself sent the status. */
  readonly words?: string;
}

/** A text without address, token or user: /health is public. */
export interface Explanation {
  readonly reason: string;
  readonly hint: string;
}

const BY_WORDS: readonly (readonly [words: RegExp, reason: string, hint: string])[] = [
  [
    'ECONNREFUSED',
    'the connection is refused',
    'is the service running, at the address in AUTH_SERVICE_ADDR or AUTH_HTTP_URL?',
  ],
  [
    'Name resolution failed|ENOTFOUND|EAI_AGAIN',
    'its name does not resolve',
    'check the host in AUTH_SERVICE_ADDR or AUTH_HTTP_URL',
  ],
  [
    'altname|certificate|self.signed|CERT_',
    'its TLS certificate is not accepted',
    'check GRPC_TLS_CA_FILE or AUTH_HTTP_CA_FILE, and that the certificate names the host in AUTH_SERVICE_ADDR or AUTH_HTTP_URL',
  ],
  [
    'wrong version number|packet length too long|EPROTO',
    'it does not speak TLS, or no version that the gateway speaks',
    'GRPC_TLS_ENABLED is true: does the service expect plain text, or another version of TLS?',
  ],
  [
    'Received HTTP status code',
    'an HTTP server or proxy answers instead of it',
    'AUTH_SERVICE_ADDR must lead to a gRPC server, through proxies that forward HTTP/2',
  ],
  [
    'Protocol error|Failed to connect|ECONNRESET|EPIPE|socket|dropped|closed',
    'it closes the connection before it answers',
    'does it expect TLS (GRPC_TLS_ENABLED=true), or is it no gRPC server?',
  ],
].map(([words, reason, hint]) => [new RegExp(words ?? '', 'i'), reason ?? '', hint ?? '']);

const REFUSES = {
  reason: 'it refuses the gateway',
  hint: 'check the policies of the service, and of the proxies and the mesh in front of it',
};
const BY_STATUS: Readonly<Record<string, Explanation>> = {
  HTTP_200: {
    reason: 'it answers 200 without the JSON that is expected',
    hint: 'AUTH_HTTP_URL must lead to an endpoint that answers in JSON, and AUTH_HTTP_STYLE must fit it',
  },
  HTTP_401: {
    reason: 'it refuses the gateway',
    hint: 'introspection: check AUTH_HTTP_CLIENT_ID and AUTH_HTTP_CLIENT_SECRET',
  },
  HTTP_404: { reason: 'there is nothing at its address', hint: 'check the path in AUTH_HTTP_URL' },
  DEADLINE_EXCEEDED: {
    reason: 'it does not answer within 2 s',
    hint: 'is it hung or overloaded, or does a firewall drop packets?',
  },
  UNIMPLEMENTED: {
    reason: 'the server has no auth.AuthService/ValidateToken',
    hint: 'AUTH_SERVICE_ADDR leads to another gRPC server, or the service is older than proto/auth.proto',
  },
  PERMISSION_DENIED: REFUSES,
  FAILED_PRECONDITION: REFUSES,
  OUT_OF_RANGE: REFUSES,
};
const OTHER: Explanation = { reason: 'it fails', hint: 'check the log of the auth service' };

/** The cause of a failure, and what to check. */
export function explain({ status, words }: ServiceFailure): Explanation {
  const [, reason, hint] = (words !== undefined && BY_WORDS.find(([pattern]) => pattern.test(words))) || [];
  if (status !== 'DEADLINE_EXCEEDED' && reason !== undefined && hint !== undefined) return { reason, hint };
  if (status.startsWith('HTTP_3'))
    return { reason: 'it redirects', hint: 'AUTH_HTTP_URL must be the final address: tokens are not sent on' };
  return BY_STATUS[status] ?? OTHER;
}
