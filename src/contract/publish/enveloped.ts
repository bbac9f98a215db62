import type { Envelope } from '../../config/routes/envelope.ts';

/** A payload as a publisher would send it. */
export function enveloped(payload: unknown, envelope: Envelope, channel: string): unknown {
  if (envelope.kind === 'fields') return payload;
  if (envelope.kind === 'laravel') return { event: 'App\\Events\\Example', data: payload, socket: null };
  return { specversion: '1.0', id: 'example', source: '/example', type: channel, data: payload };
}
