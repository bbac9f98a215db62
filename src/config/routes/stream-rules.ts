import type { Finding } from '../text/findings.ts';
import { written, type Report, type RouteInFile } from './route-in-file.ts';
import type { StreamConfig } from './stream.ts';

/** Checks `source` of a route. */
export function streamFindings(input: RouteInFile, report: Report): Finding[] {
  const { stream } = input.route;
  if (stream === undefined) return needsStream(input, report);
  return [...oneStream(input, stream, report), ...limits(stream, report)];
}

/** Pub/Sub keeps no messages, so there is nothing to trim or to replay. */
function needsStream(input: RouteInFile, report: Report): Finding[] {
  return ['retain', 'on_connect'].flatMap((key) => {
    if (written(input, key) === undefined) return [];
    const message = `${key} needs a history, and Redis Pub/Sub has none; write source: stream, or remove it`;
    return [report('stream-needed', [key], message)];
  });
}

function oneStream(input: RouteInFile, stream: StreamConfig, report: Report): Finding[] {
  const channel = written(input, 'channel');
  if (channel === undefined) return [];
  const ownKey = written(input, 'source', 'stream') !== undefined;
  if (Array.isArray(channel) && !ownKey) {
    const message = 'a durable route reads one stream, but channel lists several; name one, or write a route for each';
    return [report('stream-channel', ['channel'], message)];
  }
  if (!ownKey || stream.alsoPubsub) return [];
  const message = `the route reads the stream "${stream.key}" and subscribes to no channel; remove channel, or say also: pubsub`;
  return [report('stream-channel', ['channel'], message)];
}

/** Finds sizes that contradict each other. */
function limits({ greeting, retain, replay, dedupe }: StreamConfig, report: Report): Finding[] {
  const kept = retain.entries ?? Infinity;
  const findings: Finding[] = [];
  const refuse = (path: readonly string[], message: string): void =>
    void findings.push(report('stream-limits', path, message));
  if (replay.events > replay.scan)
    refuse(
      ['source', 'replay'],
      `replay.events is ${replay.events}, but only ${replay.scan} entries are scanned; raise replay.scan`,
    );
  if (greeting > replay.events)
    refuse(
      ['on_connect', 'last'],
      `on_connect requests ${greeting} events, but a replay sends at most ${replay.events}; raise replay.events`,
    );
  if (greeting > kept)
    refuse(
      ['on_connect', 'last'],
      `on_connect requests ${greeting} events of a stream that keeps ${kept}; raise retain.entries`,
    );
  if (dedupe > kept)
    refuse(
      ['source', 'dedupe'],
      `dedupe looks back ${dedupe} entries in a stream that keeps ${kept}; raise retain.entries`,
    );
  return findings;
}
