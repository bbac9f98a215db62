import type { Socket } from 'node:net';
import { enterUpgraded } from './raw-frames.ts';

/** A websocket client that says what a client has to say and then reads nothing. */
export async function openDeaf(url: string, token: string, finished?: (stop: () => void) => void): Promise<Socket> {
  const socket = await enterUpgraded(url, token, finished);
  socket.pause();
  return socket;
}
