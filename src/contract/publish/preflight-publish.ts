import type { RoutesConfig } from '../../config/routes/route-config.ts';
import { unknownChannel } from './example-message.ts';
import { explain, type Question } from '../explain/explain.ts';
import { whyDropped } from '../explain/receives.ts';

/** Why routes would drop a message, by the gateway's own code. Such a message is published only when that is insisted on. */
export function dropsOf(config: RoutesConfig, question: Question): string[] {
  const { routes } = explain(config, question);
  const { channel } = question;
  if (routes.length === 0) return [unknownChannel(config, channel)];
  const passing = routes.flatMap(({ result }) => (result.kind === 'passed-over' ? [result] : []));
  // No route takes it: a mistake in the message, or in `when`.
  if (passing.length === routes.length)
    return passing.map(({ route, because }) => `route "${route}" passes it over: ${because}`);
  return routes.flatMap(({ route, result, broken = [] }) => {
    if (result.kind !== 'dropped' || result.shadow) return [];
    const keys = broken.flatMap(({ key }) => (key === undefined ? [] : JSON.stringify(key)));
    const named = keys.length === 0 ? '' : `; not allowed there: ${keys.slice(0, MOST_KEYS).join(', ')}`;
    return [`route "${route}" drops it because ${whyDropped(result)}${named}`];
  });
}

const MOST_KEYS = 10;

/** The commands by which a message comes to the routes that name a channel, to each of them once. */
export interface PublishWay {
  /** XADD: fields of the entry that hold the message, and those that hold a new id. Absent where no route reads such a stream. */
  readonly entry?: { readonly fields: readonly string[]; readonly idFields: readonly string[] };
  /** PUBLISH: what is published under the name of a stream does not reach its readers. */
  readonly pubsub: boolean;
}

export function publishWay({ routes }: RoutesConfig, channel: string): PublishWay {
  const streams = routes.flatMap(({ stream }) => (stream?.key === channel ? [stream] : []));
  // While publishers migrate, a route reads both, and needs one.
  const pubsub = routes.some(({ channels, stream }) => channels.includes(channel) && stream?.key !== channel);
  if (streams.length === 0) return { pubsub: true };
  const [fields, idFields] = [streams.map(({ field }) => field), streams.map(({ idField }) => idField)];
  return { entry: { fields: [...new Set(fields)], idFields: [...new Set(idFields)] }, pubsub };
}
