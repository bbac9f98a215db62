import { status, type ServiceError } from '@grpc/grpc-js';
import { isObject } from '../../../schema/json.ts';
import { readClaims } from '../../claims.ts';
import type { IdentityRules } from '../../identity.ts';
import type { TokenAnswer } from '../../token-answer.ts';
import { validAnswer } from '../valid-answer.ts';

/** Statuses by which services other than MetaRGB's report an invalid token. */
const BAD_TOKEN: ReadonlySet<status> = new Set([status.UNAUTHENTICATED, status.INVALID_ARGUMENT, status.NOT_FOUND]);
/** Statuses by which the service, or a proxy in front of it, refuses to answer. */
const REFUSED: ReadonlySet<status> = new Set([
  status.PERMISSION_DENIED,
  status.FAILED_PRECONDITION,
  status.OUT_OF_RANGE,
  status.UNIMPLEMENTED,
]);

/** Only a clear "valid" with a user id admits. */
export function answerTo(response: object | undefined, rules: IdentityRules): TokenAnswer {
  if (!isObject(response) || !('valid' in response) || !('user_id' in response))
    return { kind: 'unavailable', cause: 'an empty answer' };
  if (response['valid'] !== true) return { kind: 'invalid' };
  const { claims, expires_at: seconds } = response;
  const user = userIn(response, rules);
  const reading = readClaims(rules.claims(), (claim) => wordsOf(claims, claim));
  return validAnswer(user, reading, Number(seconds) > 0 ? Number(seconds) : undefined);
}

/** Absent fields have proto3's defaults: `subject` is "", `user_id` is "0". */
function userIn(response: Readonly<Record<string, unknown>>, { userIds }: IdentityRules): string | undefined {
  const { user_id: number, subject } = response;
  const isNumbered = number !== '0' && number !== 0;
  if (subject === undefined || subject === '') return isNumbered ? userIds.parse(String(number)) : undefined;
  if (userIds.kind === 'uint64' && isNumbered && subject !== String(number)) return undefined;
  return userIds.parse(subject);
}

/** The values of one claim: `map<string, Words>`. */
function wordsOf(claims: unknown, claim: string): unknown {
  const words = isObject(claims) && Object.hasOwn(claims, claim) ? claims[claim] : undefined;
  return isObject(words) ? words['values'] : undefined;
}

/** The meaning of a status; the library's own status for an HTTP page of a proxy says nothing about a token. */
export function answerToError(error: ServiceError, wordsOfLibrary: string | undefined): TokenAnswer {
  const { code } = error;
  if (BAD_TOKEN.has(code) && wordsOfLibrary === undefined) return { kind: 'invalid' };
  const cause = status[code] ?? 'UNKNOWN';
  return { kind: 'unavailable', cause, ...(REFUSED.has(code) && { answered: true }) };
}

const LONGEST_WORDS = 300;
/** How the library describes a response that did begin. */
const OF_A_RESPONSE = /^Received (?:HTTP status code|RST_STREAM with code) \d+/;

/**
 * The library's description of a failed call; undefined where the text is the service's own, which may hold a token or name
 * a user. A status that the service sent has headers with it.
 *
 * @param begun whether the headers of a response have arrived.
 */
export function libraryWords({ details, metadata }: ServiceError, begun: boolean): string | undefined {
  const sent = begun || Object.keys(metadata.getMap()).length > 0;
  const words = sent ? OF_A_RESPONSE.exec(details)?.[0] : details;
  return (
    words &&
    words
      .replace(/\s+/g, ' ')
      .replace(/ Resolution note: *$/, '')
      .trim()
      .slice(0, LONGEST_WORDS)
  );
}
