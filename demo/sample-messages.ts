/** Messages of the default routes, in turn; users 7 and 8 are those of the demo's tokens. */
export function sampleMessages(count: number): { channel: string; message: object } {
  const now = new Date().toISOString();
  const kinds = [
    { channel: 'user-status', message: { user_id: 8, last_seen: now, status: count % 2 === 0 ? 'online' : 'away' } },
    {
      channel: 'feature-status',
      message: { feature_id: 1000 + count, old_owner_id: 8, new_owner_id: 7, timestamp: now },
    },
    {
      channel: 'notifications',
      message: {
        id: `n-${count}`,
        user_id: 7,
        type: 'sellFeature',
        title: 'A feature is yours',
        message: `Feature ${1000 + count} was handed over.`,
        data: { feature_id: String(1000 + count) },
        created_at: now,
      },
    },
  ];
  return kinds[count % kinds.length] ?? { channel: 'user-status', message: {} };
}
