import { request, type IncomingMessage } from 'node:http';

export interface RawAnswer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

export interface RawRequest {
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string | Buffer;
}

export const HANDSHAKE = {
  polling: '/socket.io/?EIO=4&transport=polling',
  websocket: '/socket.io/?EIO=4&transport=websocket',
} as const;

const UPGRADE = {
  Connection: 'Upgrade',
  Upgrade: 'websocket',
  'Sec-WebSocket-Version': '13',
  'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
};

/** One request with headers that fetch would not send; the answer as it is. */
export function ask(
  base: string,
  path: string,
  { method = 'GET', headers, body }: RawRequest = {},
): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const sent = request(base + path, { method, agent: false, ...(headers && { headers }) });
    sent.on('error', reject);
    sent.on('response', (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      response.on('error', reject);
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text }));
    });
    sent.on('upgrade', (response, socket) => {
      socket.destroy();
      resolve({ status: response.statusCode ?? 0, headers: response.headers, body: '' });
    });
    sent.end(body);
  });
}

/** Asks for a websocket; 101 where it was granted, and then it is closed again. */
export function askUpgrade(base: string, path: string, headers: Record<string, string> = {}): Promise<RawAnswer> {
  return ask(base, path, { headers: { ...UPGRADE, ...headers } });
}

/** The handshake of either transport. */
export function knock(
  base: string,
  transport: keyof typeof HANDSHAKE,
  headers: Record<string, string> = {},
  query = '',
): Promise<RawAnswer> {
  const path = HANDSHAKE[transport] + query;
  return transport === 'polling' ? ask(base, path, { headers }) : askUpgrade(base, path, headers);
}
