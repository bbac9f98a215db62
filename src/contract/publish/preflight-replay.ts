import { sourcesOf, type CheckedRoute, type RoutesConfig } from '../../config/routes/route-config.ts';
import { DROP_REASONS } from '../../dispatch/drop-reasons.ts';
import { didYouMean } from '../../schema/did-you-mean.ts';
import type { Question } from '../explain/explain.ts';
import { whyDropped } from '../explain/receives.ts';
import { whyPassedOver } from '../explain/why-passed-over.ts';
import { compileWhen } from '../../routes/when.ts';
import { dropsOf } from './preflight-publish.ts';

/** A message in quarantine, as far as the rules ask about it. */
export interface KeptMessage {
  readonly route: string;
  readonly channel: string;
  /** Its beginning, where it has fewer bytes than were published. */
  readonly message: Buffer;
  readonly bytes: number;
}

/** Where a message may go out again, or why not. */
export type ReplayPreflight =
  | {
      readonly channel: string;
      /** Other routes of the channel; they receive it again if they accepted it the first time. */
      readonly others: readonly string[];
    }
  | { readonly problems: readonly string[] };

/** By the routes as they are now, and by the rule of `gateway publish`: not what a route would drop. */
export function preflightReplay(config: RoutesConfig, kept: KeptMessage, limits: Question['limits']): ReplayPreflight {
  const { route: name, message, bytes } = kept;
  const route = config.routes.find((one) => one.name === name);
  if (route === undefined) return { problems: [unknownRoute(config, name)] };
  if (route.shadow) return { problems: [`route "${name}" is a shadow, and delivers nothing`] };
  if (message.length < bytes)
    return { problems: [`it has ${bytes} bytes, and only the first ${message.length} were kept`] };
  const channel = channelFor(route, kept.channel);
  const there = config.routes.filter((one) => sourcesOf(one).includes(channel));
  const problems = dropsOf({ ...config, routes: there }, { channel, raw: message, limits });
  if (problems.length > 0) return { problems };
  const published: unknown = JSON.parse(message.toString('utf8'));
  const takes = ({ when, matches }: CheckedRoute) => when === undefined || compileWhen(when, matches).holds(published);
  if (!takes(route)) return { problems: [`route "${name}" passes it over: ${whyPassedOver(route, published)}`] };
  return { channel, others: there.filter((one) => one !== route && !one.shadow && takes(one)).map((one) => one.name) };
}

/** Channels may be renamed under their routes. */
function channelFor(route: CheckedRoute, channel: string): string {
  const sources = sourcesOf(route);
  return sources.includes(channel) ? channel : (sources[0] ?? channel);
}

function unknownRoute({ routes }: RoutesConfig, name: string): string {
  const near = didYouMean(
    name,
    routes.map((route) => route.name),
  );
  return `there is no route "${name}"${near === undefined ? '' : `. Did you mean "${near}"?`}`;
}

/** @param reason as Redis has it: of another version perhaps. */
export function whyKept({ reason, detail }: { readonly reason: string; readonly detail?: string }): string {
  const known = DROP_REASONS.find((one) => one === reason);
  if (known === undefined) return detail ?? reason;
  return whyDropped({ reason: known, ...(detail !== undefined && { detail }) });
}
