import type { Schema } from './schema-bundle.ts';

/** An event of the gateway's own, which no route has. */
export interface OwnEvent {
  readonly event: string;
  readonly description: string;
  readonly payload: Schema;
}

export const CONNECTED: OwnEvent = {
  event: 'connected',
  description: 'The first event of each connection that is accepted.',
  payload: {
    description: 'Who the gateway takes the client for.',
    type: 'object',
    required: ['message', 'authenticated', 'timestamp'],
    properties: {
      message: { type: 'string' },
      userId: {
        description: 'Absent for anonymous clients. A number up to 2^53 - 1, decimal text beyond.',
        type: ['integer', 'string'],
      },
      authenticated: { type: 'boolean' },
      timestamp: { type: 'string', format: 'date-time' },
    },
  },
};

export const PONG: OwnEvent = {
  event: 'pong',
  description: 'The answer to ping, which also goes to its acknowledgement if there is one.',
  payload: {
    type: 'object',
    required: ['timestamp'],
    properties: { timestamp: { description: 'Milliseconds since 1970.', type: 'integer' } },
  },
};

export const PING: OwnEvent = {
  event: 'ping',
  description: 'Asks for a pong, with any argument or none.',
  payload: { description: 'Anything or nothing.' },
};
