import { rejection, type Rejection } from '../../auth/rejection.ts';
import type { SessionFault } from './session-fault.ts';

const TOO_LONG: ReadonlySet<unknown> = new Set([
  'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH',
  'WS_ERR_UNSUPPORTED_DATA_PAYLOAD_LENGTH',
]);

/** Returns the fault of the client in an error of a WebSocket; ws documents these codes. Other errors are of the network. */
export function faultIn(error: Error): SessionFault | undefined {
  const code = 'code' in error ? error.code : undefined;
  if (TOO_LONG.has(code)) return 'too-long';
  return typeof code === 'string' && code.startsWith('WS_ERR_') ? 'frame' : undefined;
}

/** The same where only the text of the error is left. */
export function faultInText(text: string): SessionFault | undefined {
  if (/Max payload size exceeded|payload length > 2\^53/.test(text)) return 'too-long';
  return /Invalid WebSocket frame|Too many (?:buffered chunks|message fragments)/.test(text) ? 'frame' : undefined;
}

/** Why ws refuses an upgrade; its error has only a text, which names the header. */
export function upgradeFault({ message }: Error): Rejection {
  const [header] = /Sec-WebSocket-\w+/.exec(message) ?? [];
  return rejection('handshake-malformed', {
    message:
      header === undefined
        ? 'an upgrade to websocket is malformed'
        : `the header ${header} of an upgrade to websocket is missing, repeated or malformed`,
    hint: 'a proxy drops or changes headers that begin with Sec-WebSocket-: configure it to pass them, see deploy/; or not a WebSocket client',
  });
}
