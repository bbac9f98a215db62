import { sendPosition } from './resume.ts';
import type { Client } from './client.ts';
import type { Reader } from './reader.ts';

/** Clients that are told in one turn of the event loop. */
const SLICE = 256;

/**
 * Tells clients where they are, now and then: one that seldom gets an event would else come back with a position that the
 * stream has long trimmed. In order with the events, so it is never ahead of them.
 */
export function startCheckpoints(reader: Reader, clients: ReadonlySet<Client>): () => void {
  const told = new WeakMap<Client, string>();
  const { name, stream } = reader.history.route;

  function tell(client: Client): void {
    const { position } = reader.history;
    if (client.isHeld(name) || client.queued() > 0 || told.get(client) === position) return;
    told.set(client, position);
    sendPosition(reader, client);
  }

  function tellSlice(waiting: readonly Client[]): void {
    for (const client of waiting.slice(0, SLICE)) tell(client);
    if (waiting.length > SLICE && !reader.stopped) setImmediate(() => tellSlice(waiting.slice(SLICE)));
  }

  const timer = setInterval(() => {
    if (reader.started) tellSlice([...clients]);
  }, stream.positionEvery * 1000);
  return () => clearInterval(timer);
}
