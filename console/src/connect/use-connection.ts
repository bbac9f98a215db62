import { useEffect, useRef, useState } from 'preact/hooks';
import { inWords } from '../admin/admin-api.ts';
import { connect, type Connection, type ConnectionOptions, type ConnectionState } from './connection.ts';

/** An event that the client received. */
export interface ReceivedEvent {
  readonly number: number;
  readonly at: string;
  readonly name: string;
  readonly payload: readonly unknown[];
}

const MOST_RECEIVED = 200;

/** @param path of Socket.IO, from here. */
export function useConnection(path: string) {
  const [state, setState] = useState<ConnectionState>({ kind: 'none' });
  const [received, setReceived] = useState<readonly ReceivedEvent[]>([]);
  const [answer, setAnswer] = useState('');
  const connection = useRef<Promise<Connection>>(undefined);
  const leave = (): void => {
    connection.current?.then((one) => one.leave()).catch(() => setState({ kind: 'none' }));
    connection.current = undefined;
    setAnswer('');
  };
  useEffect(() => leave, []);
  return {
    state,
    /** Newest first. */
    received,
    /** To the last ping. */
    answer,
    leave,
    forget: () => setReceived([]),
    enter(options: ConnectionOptions): void {
      leave();
      const event = (name: string, payload: readonly unknown[]): void =>
        setReceived((before) => withReceived(before, name, payload));
      const next = connect({ ...options, path }, { state: setState, event });
      connection.current = next;
      // Only the client's own code can be missing: its connection reports its problems by events.
      next.catch((error: unknown) => setState({ kind: 'closed', message: inWords(error) }));
    },
    async ping(): Promise<void> {
      try {
        const ms = await (await connection.current)?.ping();
        if (ms !== undefined) setAnswer(`Ping answered in ${Math.round(ms)} ms.`);
      } catch {
        setAnswer('The ping was not answered within 5 seconds.');
      }
    },
  };
}

function withReceived(before: readonly ReceivedEvent[], name: string, payload: readonly unknown[]): ReceivedEvent[] {
  const number = (before[0]?.number ?? 0) + 1;
  return [{ number, at: new Date().toISOString(), name, payload }, ...before].slice(0, MOST_RECEIVED);
}
