/** The client that causes a call to the auth service. */
export interface Caller {
  /** Hash of the token. */
  readonly key: string;
  /** The client's address, or its /64. */
  readonly network: string;
}

/** The decision about a call. `wait`: trial calls are under way, and their results decide. */
export type CallDecision = 'call' | 'wait' | 'refuse';
