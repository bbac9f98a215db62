/** Why a probe round that found nothing wrong does not prove delivery. */
export interface Uncertainty {
  readonly because: string;
  /** True if the uncertainty does not end by itself. */
  readonly lasting: boolean;
}

export interface ProbeEvents {
  /** Gaps may stay undetected from now on. */
  uncertain(because: string): void;
  certain(): void;
}

/** Reports an uncertainty once, when it lasts for more than a moment. */
export interface ProbeReport {
  /** Called after each probe round. */
  probed(uncertainty?: Uncertainty): void;
  isCertain(): boolean;
}

/** A single uncertain round may coincide with the replacement of a connection. */
const ROUNDS = 2;

export function createProbeReport(events: ProbeEvents): ProbeReport {
  let uncertainRounds = 0;
  let reported = false;
  return {
    probed(uncertainty) {
      uncertainRounds = uncertainty ? uncertainRounds + 1 : 0;
      const isDue = uncertainty !== undefined && (uncertainty.lasting || uncertainRounds >= ROUNDS);
      if (reported && !uncertainty) events.certain();
      if (!reported && isDue) events.uncertain(uncertainty.because);
      reported = uncertainty !== undefined && (reported || isDue);
    },
    isCertain: () => !reported,
  };
}
