import { setTimeout as pause } from 'node:timers/promises';
import type { Feed } from '../admin/feed.ts';
import type { Settings } from '../config/environment/environment.ts';
import type { Connections } from '../sockets/connections.ts';
import type { Stage } from './stages.ts';

/** What a pre-drain and a drain may take beyond their settings. */
const CLOSE_MS = 2500;

/** A stop begins with the last of them. */
export function drainStages(settings: Settings, connections: Connections, feed: Feed, drainState: DrainState): Stage[] {
  const drainFor = settings.drainFor * 1000;
  return [
    { name: 'connections', stop: () => connections.drain(drainFor), stopWithin: drainFor + CLOSE_MS },
    // It has no end of its own, and the connections are waited for.
    { name: 'feed', stop: feed.close },
    { name: 'admission', stop: drainState.close, stopWithin: settings.preDrain * 1000 + CLOSE_MS },
  ];
}

export interface DrainState {
  /** The gateway is not ready any more. */
  isEnding(): boolean;
  /** New handshakes are refused. */
  isClosed(): boolean;
  close(): Promise<void>;
}

/** Not ready at once; closed once load balancers have had that many milliseconds to see it. */
export function createDrainState(preDrain: number): DrainState {
  let isEnding = false;
  let isClosed = false;
  return {
    isEnding: () => isEnding,
    isClosed: () => isClosed,
    async close() {
      isEnding = true;
      await pause(preDrain);
      isClosed = true;
    },
  };
}
