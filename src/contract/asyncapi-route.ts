import type { CheckedRoute } from '../config/routes-file.ts';
import type { Schema } from './schema-bundle.ts';

/** Where a message comes from and whom it is for, under words of the routes file. */
export function routeFacts({ name, channels, target, audience }: CheckedRoute): Schema {
  return target.kind === 'broadcast'
    ? { route: name, redisChannels: channels, target: 'broadcast', audience }
    : { route: name, redisChannels: channels, target: { users: target.fields.map(({ text }) => text) } };
}
