// Connects to the gateway and prints the events that it receives.
//   GATEWAY_TOKEN=… node examples/node/listen.mjs [http://localhost:3000] [token]
// Prefer the token in the environment: arguments are visible in the list of processes.
import { io } from 'socket.io-client';

const url = process.argv[2] ?? process.env.GATEWAY_URL ?? 'http://localhost:3000';
const token = process.argv[3] ?? process.env.GATEWAY_TOKEN;
const say = (...words) => process.stdout.write(`${words.join(' ')}\n`);

const socket = io(url, {
  // A function is called at each connect, so a renewed token is sent.
  auth: (cb) => cb({ token }),
  // One connection and no polling session: it needs no sticky load balancer.
  transports: ['websocket'],
});

// The gateway's first event. Anonymous clients (AUTH_MODE=optional) have no userId.
socket.on('connected', ({ userId }) => say('connected as', userId ?? 'anonymous'));

socket.onAny((event, payload) => {
  if (event !== 'connected') say(event, JSON.stringify(payload));
});

socket.on('disconnect', (reason) =>
  say('disconnected:', reason + (socket.active ? ', reconnecting' : ', not reconnecting')),
);

socket.on('connect_error', (error) => {
  // The gateway sends the reason, and whether to retry. With `retry: false` the client does not reconnect by itself.
  if (error.data?.retry === false) {
    say('refused:', error.data.code, '-', error.data.message);
    process.exitCode = 1;
    return;
  }
  // Anything else is temporary: the gateway is unreachable or restarting, and the client reconnects by itself.
  say('not connected:', error.message + ', trying again');
});

process.once('SIGINT', () => socket.disconnect());
