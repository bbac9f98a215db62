import type { ServiceFailure } from './service-failure.ts';
import type { ServiceStanding } from './service-standing.ts';

export interface ServiceProbe {
  start(): void;
  stop(): void;
}

export interface ServiceProbeEvents {
  notReached(failure: ServiceFailure): void;
  reached(): void;
}

export interface ServiceProbeOptions extends ServiceProbeEvents {
  /** Resolves with nothing once the service is reached. */
  readonly ping: () => Promise<ServiceFailure | undefined>;
  readonly standing: Pick<ServiceStanding, 'failed' | 'reached' | 'isUnreached'>;
}

const EVERY_MS = 2000;

/** Asks at the start, and while the service is not reached, whether it can be: the first client is not the one to find out. */
export function createServiceProbe({ ping, standing, notReached, reached }: ServiceProbeOptions): ServiceProbe {
  let isReached: boolean | undefined;
  let isAsking = false;
  let timer: NodeJS.Timeout | undefined;

  async function look(): Promise<void> {
    if (isAsking || (isReached === true && !standing.isUnreached())) return;
    isAsking = true;
    const failure = await ping();
    isAsking = false;
    if (timer === undefined) return;
    if (failure) {
      standing.failed(failure, 'probe');
      notReached(failure);
    } else {
      standing.reached();
      reached();
    }
    isReached = failure === undefined;
  }

  return {
    start() {
      timer = setInterval(() => void look(), EVERY_MS).unref();
      void look();
    },
    stop() {
      clearInterval(timer);
      timer = undefined;
    },
  };
}
