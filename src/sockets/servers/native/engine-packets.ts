import { textFrame } from '../../fanout/frame.ts';

/** Packet types of the Engine.IO protocol, version 4, by their first character. */
export const PACKET = { open: '0', close: '1', ping: '2', pong: '3', message: '4', upgrade: '5', noop: '6' } as const;

/** Types of servers, of polling or of upgrades, ignored from a websocket client. */
export const IGNORED: ReadonlySet<string> = new Set([PACKET.open, PACKET.close, PACKET.upgrade, PACKET.noop]);

export const PING = textFrame(PACKET.ping);
