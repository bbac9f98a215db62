import { REJECTIONS } from '../../auth/rejection.ts';
import { CLOSINGS } from '../../sockets/lifecycle/close-codes.ts';
import { CUT_CAUSES } from '../../sockets/fanout/slow-consumers.ts';
import type { Instruments } from './instruments.ts';

/** Creates the metrics of connections and of events that clients send and receive. */
export function clientMetrics({ counter, counterBy, histogram }: Instruments) {
  return {
    connectionsOpened: counterBy('websocket_connections_opened_total', 'Connections accepted.', 'identity', [
      'user',
      'anonymous',
    ]),
    connectionsClosed: counter('websocket_connections_closed_total', 'Connections that ended, by Socket.IO reason.', [
      'reason',
    ]),
    closings: counterBy(
      'websocket_closings_total',
      'Connections that the gateway closed, by code.',
      'code',
      Object.keys(CLOSINGS),
    ),
    connectionsFailed: counterBy(
      'websocket_connections_failed_total',
      'Connections refused, by rejection.',
      'rejection',
      Object.keys(REJECTIONS),
    ),
    connectionDuration: histogram(
      'websocket_connection_duration_seconds',
      'Duration of connections, in seconds.',
      [1, 10, 60, 300, 1800, 3600, 14_400, 86_400],
    ),
    clientEvents: counter(
      'websocket_messages_received_total',
      'Events that clients sent, by kind: known, unknown or binary.',
      ['kind'],
    ),
    attachmentsDiscarded: counter(
      'websocket_attachments_discarded_total',
      'Attachments of binary events from clients; all are discarded.',
    ),
    clientEventFailures: counter('websocket_message_failures_total', 'Client events whose handling failed.'),
    slowClientsCut: counterBy(
      'websocket_slow_clients_cut_total',
      'Slow clients disconnected, by cause: bytes, age or stalled.',
      'cause',
      CUT_CAUSES,
    ),
    superseded: counter(
      'websocket_events_superseded_total',
      'Queued events of slow clients that a newer event of the same key replaced.',
    ),
    sent: counter('websocket_messages_sent_total', 'Events written to sockets.'),
  };
}
