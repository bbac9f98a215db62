import { ask, HANDSHAKE, type RawAnswer } from './raw-http.ts';

/** A session over HTTP alone, request by request. */
export interface PollingSession {
  readonly sid: string;
  poll(): Promise<RawAnswer>;
  post(body: string | Buffer, headers?: Record<string, string>): Promise<RawAnswer>;
}

export async function openPolling(base: string): Promise<PollingSession> {
  const { body } = await ask(base, HANDSHAKE.polling);
  const sid = /"sid":"([^"]+)"/.exec(body)?.[1] ?? '';
  const path = `${HANDSHAKE.polling}&sid=${sid}`;
  return {
    sid,
    poll: () => ask(base, path),
    post: (sent, headers = {}) => ask(base, path, { method: 'POST', headers, body: sent }),
  };
}
