import type { ServiceFailure } from './service-failure.ts';
import type { ServiceHealth } from './service-health.ts';

export interface ServiceProbe {
  start(): void;
  stop(): void;
}

export interface ServiceProbeEvents {
  notReached(failure: ServiceFailure): void;
  reached(): void;
}

export interface ServiceProbeOptions extends ServiceProbeEvents {
  /** Resolves with undefined once the service is reached. */
  readonly ping: () => Promise<ServiceFailure | undefined>;
  readonly health: Pick<ServiceHealth, 'failed' | 'reached' | 'isUnreached'>;
}

const INTERVAL_MS = 2000;

/** Probes the service at the start and while it is not reached, so that an outage is found before the first client connects. */
export function createServiceProbe({ ping, health, notReached, reached }: ServiceProbeOptions): ServiceProbe {
  let isReached: boolean | undefined;
  let isProbing = false;
  let timer: NodeJS.Timeout | undefined;

  async function probe(): Promise<void> {
    if (isProbing || (isReached === true && !health.isUnreached())) return;
    isProbing = true;
    const failure = await ping();
    isProbing = false;
    if (timer === undefined) return;
    if (failure) {
      health.failed(failure, 'probe');
      notReached(failure);
    } else {
      health.reached();
      reached();
    }
    isReached = failure === undefined;
  }

  return {
    start() {
      timer = setInterval(() => void probe(), INTERVAL_MS).unref();
      void probe();
    },
    stop() {
      clearInterval(timer);
      timer = undefined;
    },
  };
}
