/** Why a beat that found nothing wrong proves little. */
export interface Uncertainty {
  readonly because: string;
  /** It will not pass by itself. */
  readonly lasting: boolean;
}

export interface ProbeEvents {
  /** From here on gaps may go unnoticed. */
  uncertain(because: string): void;
  certain(): void;
}

/** A doubt for longer than a moment is told, once. */
export interface ProbeReport {
  /** After each beat. */
  probed(doubt?: Uncertainty): void;
  isCertain(): boolean;
}

/** One beat may come while a connection is replaced. */
const DOUBTS = 2;

export function createProbeReport(events: ProbeEvents): ProbeReport {
  let doubts = 0;
  let told = false;
  return {
    probed(doubt) {
      doubts = doubt ? doubts + 1 : 0;
      if (told && !doubt) events.certain();
      if (!told && doubt && (doubt.lasting || doubts >= DOUBTS)) events.uncertain(doubt.because);
      told = doubt !== undefined && (told || doubt.lasting || doubts >= DOUBTS);
    },
    isCertain: () => !told,
  };
}
