import { io } from './socket.io.esm.min.js';

const field = (id) => document.getElementById(id);
const [url, token, transports, state, answer, events] = ['url', 'token', 'transports', 'state', 'answer', 'events'].map(
  field,
);

const MOST_EVENTS = 200;
const PING_TIMEOUT_MS = 5000;

let socket;

field('connection').addEventListener('submit', (submit) => {
  submit.preventDefault();
  leave();
  say(state, 'plain', 'Connecting…');
  socket = connect();
});
field('disconnect').addEventListener('click', () => {
  leave();
  say(state, 'plain', 'Disconnected.');
});
field('ping').addEventListener('click', () => void ping());

function connect() {
  const socket = io(url.value, {
    // A function is called at each connect, so a renewed token is sent.
    auth: (cb) => cb({ token: token.value }),
    // Websocket first: it needs no sticky load balancer. Without tryAllTransports the second is never tried.
    transports: transports.value.split(','),
    tryAllTransports: true,
    // The fields may have changed: no connection of an earlier io() is shared.
    forceNew: true,
  });

  // The gateway's first event. Anonymous clients have no userId.
  socket.on('connected', ({ userId }) => {
    const who = userId === undefined ? 'anonymous' : `user ${userId}`;
    say(state, 'good', `Connected as ${who} over ${socket.io.engine.transport.name}.`);
  });

  socket.on('connect_error', (error) => {
    if (error.data?.retry === false) {
      // Refused permanently: the client does not retry, and should not without another token.
      const { code, message } = error.data;
      say(state, 'bad', `Refused (${code}): ${message}. Enter another token and connect again.`);
    } else {
      // Unreachable or restarting: the client reconnects by itself. A refused origin looks the same to the page, since
      // browsers hide answers to pages that may not read them.
      const hint = `If this lasts: does the gateway run, and is ${location.origin} in its CORS_ORIGIN?`;
      say(state, 'bad', `Not connected (${error.message}), trying again by itself. ${hint}`);
    }
  });

  socket.on('disconnect', (reason) => {
    // While the socket is active it reconnects by itself. Otherwise the gateway closed it permanently.
    const next = socket.active ? 'reconnecting' : 'not reconnecting; connect again with another token';
    say(state, 'bad', `Disconnected (${reason}), ${next}.`);
  });

  socket.onAny(show);
  return socket;
}

function leave() {
  socket?.off();
  socket?.offAny();
  socket?.disconnect();
  answer.textContent = '';
}

async function ping() {
  // Emitted while disconnected it would be queued and sent later.
  if (!socket?.connected) return say(answer, 'bad', 'Connect first, then ping.');
  const sentAt = performance.now();
  try {
    await socket.timeout(PING_TIMEOUT_MS).emitWithAck('ping');
    say(answer, 'good', `Ping answered in ${Math.round(performance.now() - sentAt)} ms.`);
  } catch {
    say(answer, 'bad', `Ping not answered within ${PING_TIMEOUT_MS / 1000} s.`);
  }
}

function say(where, kind, text) {
  where.dataset.kind = kind;
  where.textContent = text;
}

/** Payloads are set as text: markup in them is shown, never run. */
function show(event, ...args) {
  const entry = document.createElement('li');
  entry.append(
    element('time', new Date().toLocaleTimeString()),
    ' ',
    element('strong', event),
    element('pre', args.map((value) => JSON.stringify(value, undefined, 2)).join('\n')),
  );
  events.prepend(entry);
  while (events.children.length > MOST_EVENTS) events.lastChild.remove();
}

function element(name, text) {
  const node = document.createElement(name);
  node.textContent = text;
  return node;
}
