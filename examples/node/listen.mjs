// Listens to the gateway and prints what it hears.
//   GATEWAY_TOKEN=… node examples/node/listen.mjs [http://localhost:3000] [token]
// The token is better off in the environment: arguments show up in the list of processes.
import { io } from 'socket.io-client';

const url = process.argv[2] ?? process.env.GATEWAY_URL ?? 'http://localhost:3000';
const token = process.argv[3] ?? process.env.GATEWAY_TOKEN;
const say = (...words) => process.stdout.write(`${words.join(' ')}\n`);

const socket = io(url, {
  // A function is asked anew at each connection: a token that was renewed meanwhile is the one that is sent.
  auth: (cb) => cb({ token }),
  // One connection and no polling session: it needs no sticky load balancer.
  transports: ['websocket'],
});

// The gateway's first word. Anonymous clients (AUTH_MODE=optional) have no userId.
socket.on('connected', ({ userId }) => say('connected as', userId ?? 'anonymous'));

socket.onAny((event, payload) => {
  if (event !== 'connected') say(event, JSON.stringify(payload));
});

socket.on('disconnect', (reason) => say('disconnected:', reason + (socket.active ? ', coming back' : ', for good')));

socket.on('connect_error', (error) => {
  // The gateway says why and whether it is worth another try. The client makes none of its own after that.
  if (error.data?.retry === false) {
    say('refused:', error.data.code, '-', error.data.message);
    process.exitCode = 1;
    return;
  }
  // Anything else passes: the gateway is away or restarting, and the client tries again by itself.
  say('not connected:', error.message + ', trying again');
});

process.once('SIGINT', () => socket.disconnect());
