import { sendPosition } from './resume.ts';
import type { Client } from './client.ts';
import type { Reader } from './reader.ts';

/** Clients that receive a position in one turn of the event loop. */
const SLICE = 256;

/**
 * Sends clients their position from time to time: a client that rarely receives an event would otherwise reconnect with a
 * position that the stream has trimmed long ago. Positions are sent in order with the events, so they are never ahead.
 *
 * @returns a function that stops it.
 */
export function startCheckpoints(reader: Reader, clients: ReadonlySet<Client>): () => void {
  const lastSent = new WeakMap<Client, string>();
  const { name, stream } = reader.history.route;

  function send(client: Client): void {
    const { position } = reader.history;
    if (client.isHeld(name) || client.queued() > 0 || lastSent.get(client) === position) return;
    lastSent.set(client, position);
    sendPosition(reader, client);
  }

  function sendSlice(waiting: readonly Client[]): void {
    for (const client of waiting.slice(0, SLICE)) send(client);
    if (waiting.length > SLICE && !reader.stopped) setImmediate(() => sendSlice(waiting.slice(SLICE)));
  }

  const timer = setInterval(() => {
    if (reader.started) sendSlice([...clients]);
  }, stream.positionEvery * 1000);
  return () => clearInterval(timer);
}
