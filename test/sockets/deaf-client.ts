import { connect, type Socket } from 'node:net';
import { once } from 'node:events';
import { onTestFinished } from 'vitest';

/** A websocket client that says what a client has to say and then reads nothing. */
export async function openDeaf(
  url: string,
  token: string,
  finished: (stop: () => void) => void = onTestFinished,
): Promise<Socket> {
  const { hostname, port, host } = new URL(url);
  const socket = connect(Number(port), hostname);
  finished(() => void socket.destroy());
  socket.on('error', () => socket.destroy());
  socket.write(
    `GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: ${host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
      'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
  );
  socket.write(textFrame(`40${JSON.stringify({ token })}`));
  let heard = '';
  while (!heard.includes('"connected"')) heard += String((await once(socket, 'data'))[0]);
  socket.pause();
  return socket;
}

/** A short text frame as clients send it; masked with nothing. */
export function textFrame(text: string): Buffer {
  return Buffer.concat([Buffer.from([0x81, 0x80 + text.length, 0, 0, 0, 0]), Buffer.from(text)]);
}
