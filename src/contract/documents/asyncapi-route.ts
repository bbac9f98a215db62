import type { CheckedEventRoute } from '../../config/routes/route-config.ts';
import { writtenWhen } from '../../config/routes/when.ts';
import { META } from './built-in-events.ts';
import type { Schema } from '../schemas/schema-bundle.ts';

/** Where a message comes from and whom it is for, under words of the routes file. */
export function routeFacts(route: CheckedEventRoute): Schema {
  const { name, channels, stream, when, shape, target, audience, except } = route;
  const source = {
    ...((!stream || channels.length > 0) && { redisChannels: channels }),
    ...(stream && { redisStream: stream.key, meta: META }),
    ...(when && { when: writtenWhen(when) }),
    ...(shape.from && { payload: shape.from.text }),
    ...(except && { except: { users: except.map(({ text }) => text) } }),
  };
  return target.kind === 'broadcast'
    ? { route: name, ...source, target: 'broadcast', audience }
    : { route: name, ...source, target: { users: target.fields.map(({ text }) => text) } };
}
