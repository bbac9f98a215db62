import { isObject } from '../schema/json.ts';
import type { Claims } from './identity.ts';

export interface ClaimsReading {
  readonly claims?: Claims;
  /** Declared claims that hold an object, or a list with one: it is no text, and left out. */
  readonly skipped: readonly string[];
}

/**
 * Reads the declared claims of a token.
 *
 * @param valueOf the value of a claim, undefined where the token has none. A text becomes a list of one; numbers and
 * booleans their JSON text.
 */
export function readClaims(declared: readonly string[], valueOf: (claim: string) => unknown): ClaimsReading {
  const skipped: string[] = [];
  const claims = new Map<string, readonly string[]>();
  for (const claim of declared) {
    const value = valueOf(claim);
    const items: readonly unknown[] = Array.isArray(value) ? value : [value];
    if (items.some(isStructure)) skipped.push(claim);
    const texts = [...new Set(items.flatMap(textsOf))];
    if (texts.length > 0) claims.set(claim, texts);
  }
  return { skipped, ...(claims.size > 0 && { claims }) };
}

function isStructure(value: unknown): boolean {
  return isObject(value) || Array.isArray(value);
}

function textsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'number' || typeof value === 'boolean' ? [JSON.stringify(value)] : [];
}
