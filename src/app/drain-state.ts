import { setTimeout as pause } from 'node:timers/promises';
import type { Feed } from '../admin/feed.ts';
import type { Settings } from '../config/environment/environment.ts';
import type { Connections } from '../sockets/connections.ts';
import type { Stage } from './stages.ts';

/** Milliseconds that a pre-drain and a drain may take beyond their settings. */
const CLOSE_MS = 2500;

/** The stages of a drain. A stop begins with the last one. */
export function drainStages(settings: Settings, connections: Connections, feed: Feed, drainState: DrainState): Stage[] {
  const drainFor = settings.drainFor * 1000;
  return [
    { name: 'connections', stop: () => connections.drain(drainFor), stopWithin: drainFor + CLOSE_MS },
    // A feed never ends by itself, and http waits for its connections.
    { name: 'feed', stop: feed.close },
    { name: 'admission', stop: drainState.close, stopWithin: settings.preDrain * 1000 + CLOSE_MS },
  ];
}

export interface DrainState {
  /** The gateway is no longer ready. */
  isEnding(): boolean;
  /** New handshakes are refused. */
  isClosed(): boolean;
  close(): Promise<void>;
}

/** Creates the drain state. `close` makes it not ready immediately, and closed after load balancers had `preDrain` milliseconds to notice. */
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
