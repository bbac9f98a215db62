import { connect, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';
import { HANDSHAKE } from './raw-http.ts';

export interface FrameOptions {
  readonly fin?: boolean;
  /** Three bits. */
  readonly reserved?: number;
  readonly opcode?: number;
  readonly masked?: boolean;
  /** What the header says, where that is not the truth. */
  readonly length?: number | bigint;
}

export const OPCODE = { continuation: 0, text: 1, bytes: 2, close: 8, ping: 9, pong: 10 } as const;

/** A websocket frame as clients send it, or not quite; masked with nothing. */
export function frame(payload: string | Buffer, options: FrameOptions = {}): Buffer {
  const { fin = true, reserved = 0, opcode = OPCODE.text, masked = true } = options;
  const body = Buffer.from(payload);
  const length = options.length ?? body.length;
  const head = [Number(fin) * 0x80 + reserved * 0x10 + opcode, Number(masked) * 0x80];
  return Buffer.concat([withLength(head, length), ...(masked ? [Buffer.alloc(4)] : []), body]);
}

function withLength([first = 0, second = 0]: readonly number[], length: number | bigint): Buffer {
  if (length < 126) return Buffer.from([first, second + Number(length)]);
  if (length < 65_536) return Buffer.from([first, second + 126, Number(length) >> 8, Number(length) & 0xff]);
  const eight = Buffer.alloc(8);
  eight.writeBigUInt64BE(BigInt(length));
  return Buffer.concat([Buffer.from([first, second + 127]), eight]);
}

export interface UpgradeOptions {
  readonly path?: string;
  /** What the gateway says when it is done. */
  readonly until?: string;
  readonly finished?: (stop: () => void) => void;
}

/** A connection that was upgraded to websocket, without anything on top. */
export async function openUpgraded(
  url: string,
  { path = HANDSHAKE.websocket, until = '"sid"', finished = onTestFinished }: UpgradeOptions = {},
): Promise<Socket> {
  const { hostname, port, host } = new URL(url);
  const socket = connect(Number(port), hostname);
  finished(() => void socket.destroy());
  socket.on('error', () => socket.destroy());
  socket.write(
    `GET ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
      'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
  );
  await received(socket, until);
  return socket;
}

/** Resolves once the gateway has said this; fails where it closes the connection instead. */
export function received(socket: Socket, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    let all = '';
    const listen = (chunk: Buffer): void => {
      all += chunk.toString();
      if (!all.includes(text)) return;
      socket.off('data', listen);
      resolve();
    };
    socket.on('data', listen);
    socket.once('close', () => reject(new Error(`closed before "${text}" came`)));
  });
}

/** Past its `connected`. */
export async function enterUpgraded(
  url: string,
  token: string,
  finished?: (stop: () => void) => void,
): Promise<Socket> {
  const socket = await openUpgraded(url, finished ? { finished } : {});
  socket.write(frame(`40${JSON.stringify({ token })}`));
  await received(socket, '"connected"');
  return socket;
}
