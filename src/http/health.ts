/** What health is judged by, asked at each request. */
export interface Probes {
  /** Whether probes prove that nothing passes unheard. */
  redisProbed(): boolean;
  /** Why there is no connection to Redis, where that is known. */
  redisProblem(): string | undefined;
  source(): 'disconnected' | 'subscribing' | 'subscribed';
  /** Durable routes whose streams are not read. */
  unreadStreams(): readonly string[];
  draining(): boolean;
  connections(): number;
  users(): readonly string[];
  plan(): { number: number; hash: string; loadedAt: Date; routes: number };
  /** What is wrong with the auth service, if anything is. */
  authProblem(): string | undefined;
  /** Nothing until there was one. */
  lastReload(): { readonly outcome: string; readonly at: Date } | undefined;
}

export interface Health {
  readonly ready: boolean;
  readonly body: {
    readonly status: 'healthy' | 'degraded' | 'unhealthy' | 'draining';
    readonly connections: number;
    readonly users: number;
    readonly timestamp: string;
    /** What is wrong; empty while healthy. */
    readonly problems: readonly string[];
    readonly plan: {
      readonly number: number;
      readonly hash: string;
      readonly loadedAt: string;
      readonly routes: number;
      /** How the last one ended; absent until there was one. */
      readonly reload?: { readonly outcome: string; readonly at: string };
    };
  };
}

/** Without auth it is degraded only: a restart would not help it, and connected clients do without. */
export function judgeHealth(probes: Probes): Health {
  const faults = faultsOf(probes);
  const flaws = flawsOf(probes);
  const [plan, reload] = [probes.plan(), probes.lastReload()];
  return {
    ready: faults.length === 0,
    body: {
      status: statusOf(probes.draining(), faults, flaws),
      connections: probes.connections(),
      users: probes.users().length,
      timestamp: new Date().toISOString(),
      problems: [...faults, ...flaws],
      plan: {
        ...plan,
        loadedAt: plan.loadedAt.toISOString(),
        ...(reload && { reload: { outcome: reload.outcome, at: reload.at.toISOString() } }),
      },
    },
  };
}

function statusOf(draining: boolean, faults: readonly string[], flaws: readonly string[]): Health['body']['status'] {
  if (draining) return 'draining';
  if (faults.length > 0) return 'unhealthy';
  return flaws.length > 0 ? 'degraded' : 'healthy';
}

/** What keeps events from clients. */
function faultsOf(probes: Probes): string[] {
  const faults: string[] = [];
  if (probes.draining()) faults.push('draining: this instance is shutting down');
  if (probes.source() === 'disconnected') faults.push(disconnected(probes.redisProblem()));
  if (probes.source() === 'subscribing') faults.push('redis: connected, but not all channels are subscribed');
  const unread = probes.unreadStreams();
  if (unread.length > 0) faults.push(`redis: the streams of these routes are not read: ${unread.join(', ')}`);
  return faults;
}

function disconnected(problem: string | undefined): string {
  const fault = 'redis: not connected, or it does not answer';
  return problem === undefined ? fault : `${fault}: ${problem}; the log has the cause`;
}

/** What works for now, with less certainty. */
function flawsOf(probes: Probes): string[] {
  const flaws: string[] = [];
  if (probes.source() === 'subscribed' && !probes.redisProbed())
    flaws.push('redis: probes prove nothing for now, so a gap may go unnoticed; the log tells why');
  const auth = probes.authProblem();
  if (auth !== undefined) flaws.push(`auth: ${auth}`);
  if (probes.lastReload()?.outcome === 'refused')
    flaws.push('reload: the last one was refused, and the routes of before stay in force; the log has the findings');
  return flaws;
}
