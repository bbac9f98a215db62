/** The state that health is judged by, read at each request. */
export interface Probes {
  /** Whether Redis delivery probes succeed. */
  redisProbed(): boolean;
  /** Why there is no connection to Redis, where that is known. */
  redisProblem(): string | undefined;
  source(): 'disconnected' | 'subscribing' | 'subscribed';
  /** Names of durable routes whose streams cannot be read. */
  unreadStreams(): readonly string[];
  draining(): boolean;
  connections(): number;
  users(): readonly string[];
  plan(): { number: number; hash: string; loadedAt: Date; routes: number };
  /** The problem of the auth service, if there is one. */
  authProblem(): string | undefined;
  /** Undefined until the first reload. */
  lastReload(): { readonly outcome: string; readonly at: Date } | undefined;
}

export interface Health {
  readonly ready: boolean;
  readonly body: {
    readonly status: 'healthy' | 'degraded' | 'unhealthy' | 'draining';
    readonly connections: number;
    readonly users: number;
    readonly timestamp: string;
    /** Empty while healthy. */
    readonly problems: readonly string[];
    readonly plan: {
      readonly number: number;
      readonly hash: string;
      readonly loadedAt: string;
      readonly routes: number;
      /** The last reload; absent before the first. */
      readonly reload?: { readonly outcome: string; readonly at: string };
    };
  };
}

/** Without the auth service the gateway is only degraded: a restart does not help, and connected clients do not need it. */
export function judgeHealth(probes: Probes): Health {
  const fatal = fatalProblems(probes);
  const minor = minorProblems(probes);
  const [plan, reload] = [probes.plan(), probes.lastReload()];
  return {
    ready: fatal.length === 0,
    body: {
      status: statusOf(probes.draining(), fatal, minor),
      connections: probes.connections(),
      users: probes.users().length,
      timestamp: new Date().toISOString(),
      problems: [...fatal, ...minor],
      plan: {
        ...plan,
        loadedAt: plan.loadedAt.toISOString(),
        ...(reload && { reload: { outcome: reload.outcome, at: reload.at.toISOString() } }),
      },
    },
  };
}

function statusOf(draining: boolean, fatal: readonly string[], minor: readonly string[]): Health['body']['status'] {
  if (draining) return 'draining';
  if (fatal.length > 0) return 'unhealthy';
  return minor.length > 0 ? 'degraded' : 'healthy';
}

/** Problems that keep events from clients. */
function fatalProblems(probes: Probes): string[] {
  const problems: string[] = [];
  if (probes.draining()) problems.push('draining: this instance is shutting down');
  if (probes.source() === 'disconnected') problems.push(disconnected(probes.redisProblem()));
  if (probes.source() === 'subscribing') problems.push('redis: connected, but not all channels are subscribed');
  const unread = probes.unreadStreams();
  if (unread.length > 0) problems.push(`redis: the streams of these routes are not read: ${unread.join(', ')}`);
  return problems;
}

function disconnected(problem: string | undefined): string {
  const state = 'redis: not connected, or it does not answer';
  return problem === undefined ? state : `${state}: ${problem}; the log has the cause`;
}

/** Problems that leave the gateway working, with less certainty. */
function minorProblems(probes: Probes): string[] {
  const problems: string[] = [];
  if (probes.source() === 'subscribed' && !probes.redisProbed())
    problems.push('redis: delivery probes are inconclusive, so a gap may stay undetected; the log has the cause');
  const auth = probes.authProblem();
  if (auth !== undefined) problems.push(`auth: ${auth}`);
  if (probes.lastReload()?.outcome === 'refused')
    problems.push('reload: the last one was refused, and the previous routes stay in force; the log has the findings');
  return problems;
}
