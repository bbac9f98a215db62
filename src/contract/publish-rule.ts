import type { RoutesConfig } from '../config/routes-file.ts';
import { unknownChannel } from './example-message.ts';
import { explain, type Question } from './explain.ts';
import { whyDropped } from './hearing.ts';

/** Why routes would drop a message, by the gateway's own code. Such a message is published only when that is insisted on. */
export function dropsOf(config: RoutesConfig, question: Question): string[] {
  const { routes } = explain(config, question);
  const { channel } = question;
  if (routes.length === 0) return [unknownChannel(config, channel)];
  const drops = routes.flatMap(({ route, result }) =>
    result.kind === 'dropped' && !result.shadow ? [`route "${route}" drops it because ${whyDropped(result)}`] : [],
  );
  return [...drops, ...onlyStreams(config, channel)];
}

/** What is published under the name of a stream reaches nobody: entries are added to it. */
function onlyStreams({ routes }: RoutesConfig, channel: string): string[] {
  if (routes.some(({ channels }) => channels.includes(channel))) return [];
  return routes.flatMap(({ name, stream }) =>
    stream?.key === channel
      ? [
          `route "${name}" reads the stream "${channel}", which PUBLISH does not reach; XADD ${channel} * ${stream.field} <json>`,
        ]
      : [],
  );
}
