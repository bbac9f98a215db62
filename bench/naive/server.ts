import { createServer } from 'node:http';
import { createAdapter } from '@socket.io/redis-adapter';
import express from 'express';
import { Redis } from 'ioredis';
import { Server, type DefaultEventsMap } from 'socket.io';
import { createTokenCheck } from './token-check.ts';
import { compileValidators, type Message } from './validators.ts';

// What the gateway is measured against: the recipe that most people would write. Socket.IO with its Redis adapter, one
// handler per channel, a room per user. Nothing here is made slow on purpose, and nothing is made fast.

type Events = DefaultEventsMap;

const { PORT = '3000', REDIS_URL = 'redis://localhost:6379', AUTH_SERVICE_ADDR = 'localhost:50051' } = process.env;

const app = express();
const http = createServer(app);
const publisher = new Redis(REDIS_URL);
const io = new Server<Events, Events, Events, { userId: string }>(http, {
  adapter: createAdapter(publisher, publisher.duplicate()),
});

app.get('/health', (_, response) => {
  response.json({ status: 'healthy', connections: io.engine.clientsCount, timestamp: new Date().toISOString() });
});

const validateToken = createTokenCheck(AUTH_SERVICE_ADDR);

io.use((socket, next) => {
  validateToken(String(socket.handshake.auth['token']), (error, answer) => {
    if (error || !answer?.valid) return next(new Error('unauthorized'));
    socket.data.userId = answer.user_id;
    return next();
  });
});

io.on('connection', (socket) => {
  const { userId } = socket.data;
  void socket.join(`user:${userId}`);
  socket.on('ping', () => socket.emit('pong', { timestamp: Date.now() }));
  socket.emit('connected', { message: 'Connected', userId, authenticated: true, timestamp: new Date().toISOString() });
});

const handlers = new Map<string, (message: Message) => unknown>([
  ['user-status', (message) => io.emit('user-status-changed', message)],
  [
    'feature-status',
    (message) =>
      io.to(`user:${message.old_owner_id}`).to(`user:${message.new_owner_id}`).emit('feature-status-changed', message),
  ],
  ['notifications', (message) => io.to(`user:${message.user_id}`).emit('notification-received', message)],
]);

const validators = compileValidators();
const subscriber = new Redis(REDIS_URL);
subscriber.on('message', (channel, text) => {
  const message: unknown = JSON.parse(text);
  if (validators.get(channel)?.(message)) handlers.get(channel)?.(message);
});

await subscriber.subscribe(...handlers.keys());
http.listen(Number(PORT), '127.0.0.1');
