/** What health is judged by. Asked at each request: nothing here is remembered. */
export interface Probes {
  source(): 'disconnected' | 'subscribing' | 'subscribed';
  /** Durable routes whose streams are not read. */
  unreadStreams(): readonly string[];
  draining(): boolean;
  connections(): number;
  users(): readonly string[];
  plan(): { number: number; hash: string; loadedAt: Date; routes: number };
}

export interface Health {
  readonly ready: boolean;
  readonly body: {
    readonly status: 'healthy' | 'unhealthy' | 'draining';
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
    };
  };
}

/** Auth is not asked: a restart would not help it, and connected clients do without. */
export function judgeHealth(probes: Probes): Health {
  const draining = probes.draining();
  const problems = problemsOf(probes);
  const plan = probes.plan();
  return {
    ready: problems.length === 0,
    body: {
      status: draining ? 'draining' : problems.length === 0 ? 'healthy' : 'unhealthy',
      connections: probes.connections(),
      users: probes.users().length,
      timestamp: new Date().toISOString(),
      problems,
      plan: { ...plan, loadedAt: plan.loadedAt.toISOString() },
    },
  };
}

function problemsOf(probes: Probes): string[] {
  const problems: string[] = [];
  if (probes.draining()) problems.push('draining: this instance is shutting down');
  if (probes.source() === 'disconnected') problems.push('redis: not connected, or it does not answer');
  if (probes.source() === 'subscribing') problems.push('redis: connected, but not all channels are subscribed');
  const unread = probes.unreadStreams();
  if (unread.length > 0) problems.push(`redis: the streams of these routes are not read: ${unread.join(', ')}`);
  return problems;
}
