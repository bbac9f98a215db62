/** Redis's own words, which hold no address. */
const REPLY = /\b(?:DENIED|NOAUTH|WRONGPASS|NOPERM|LOADING|MASTERDOWN|CLUSTERDOWN|ERR max number)\b[^;.:]*/;
const CODE = /\b(?:ECONNREFUSED|ECONNRESET|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|ETIMEDOUT)\b/;

const CAUSES: readonly (readonly [words: RegExp, cause: string])[] = [
  [/certificate has expired/, 'its certificate has expired'],
  [/certificate|altnames/i, 'its certificate is not accepted'],
  [/speaks? TLS|speaks plain text/, 'one side speaks TLS and the other does not'],
  [/no answer/, 'no answer'],
];

/** Why Redis cannot be used, in words for anybody: /health is public, so hosts, users and addresses stay in the log. */
export function brieflyOf(reason: string): string | undefined {
  const [words] = REPLY.exec(reason) ?? CODE.exec(reason) ?? [];
  return words?.trim() ?? CAUSES.find(([pattern]) => pattern.test(reason))?.[1];
}
