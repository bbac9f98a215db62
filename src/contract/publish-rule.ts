import type { RoutesConfig } from '../config/routes-file.ts';
import { unknownChannel } from './example-message.ts';
import { explain, type Question } from './explain.ts';
import { whyDropped } from './hearing.ts';

/** Why routes would drop a message, by the gateway's own code. Such a message is published only when that is insisted on. */
export function dropsOf(config: RoutesConfig, question: Question): string[] {
  const { routes } = explain(config, question);
  if (routes.length === 0) return [unknownChannel(config, question.channel)];
  return routes.flatMap(({ route, result }) =>
    result.kind === 'dropped' && !result.shadow ? [`route "${route}" drops it because ${whyDropped(result)}`] : [],
  );
}
