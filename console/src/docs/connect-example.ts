const DEFAULT_PATH = '/socket.io/';

/** A client that receives these events, to be copied. */
export function connectExample(origin: string, path: string, events: readonly string[]): string {
  const listeners = events.map((event) => `socket.on(${quoted(event)}, (payload) => console.log(payload));`);
  const option = path === DEFAULT_PATH ? '' : `\n  path: ${quoted(path)},`;
  return `import { io } from 'socket.io-client';

const socket = io(${quoted(origin)}, {${option}
  // A function, so that each reconnect takes the token of that moment.
  auth: (give) => give({ token: localStorage.getItem('token') }),
  transports: ['websocket', 'polling'],
  // Without it a stock client never gets to the second transport.
  tryAllTransports: true,
  // Connects below: what comes before its listener is there is lost.
  autoConnect: false,
});

socket.on('connected', ({ userId, authenticated }) => console.log('in', userId, authenticated));
${listeners.join('\n')}

socket.on('connect_error', (error) => {
  // Refused, and not retried: get a new token, then socket.connect().
  if (!socket.active || error.data?.retry === false) console.warn(error.data?.code, error.message);
  // Anything else passes: the client comes back by itself.
});

socket.connect();
`;
}

function quoted(text: string): string {
  const escaped = JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'");
  return `'${escaped}'`;
}
