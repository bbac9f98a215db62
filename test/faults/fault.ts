import type { Site, SiteOptions } from './site.ts';

/** One fault: how it is brought about, by what it is noticed, and how it ends. */
export interface Fault {
  /** As docs/faults.md has it. */
  readonly id: string;
  readonly title: string;
  readonly site: SiteOptions;
  /** CI runs it: it is among those that pay most, and short. */
  readonly ci?: true;
  /** Sockets of others connect besides the clients of the ledger. */
  readonly strangers?: true;
  /** Resolves when it has struck. */
  inject(site: Site): Promise<void> | void;
  /** Whether gateways or clients notice; without it there is nothing to notice. */
  noticed?(site: Site, since: number): Promise<boolean>;
  /** How long it lasts from its beginning, in milliseconds. 0: it is over as soon as it has struck. */
  readonly lasts: number;
  /** Ends the fault, and returns what is wrong. */
  heal?(site: Site): Promise<readonly string[] | void> | void;
}

/** A fault that cannot be brought about here, and why. */
export interface NotRun {
  readonly id: string;
  readonly title: string;
  readonly reason: string;
}
