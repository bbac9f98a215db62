const AGES = [
  { unit: 'day', seconds: 86_400 },
  { unit: 'hour', seconds: 3600 },
  { unit: 'minute', seconds: 60 },
  { unit: 'second', seconds: 1 },
] as const;

const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto', style: 'narrow' });

/** `3s ago`; both as the gateway's clock has them, so that the browser's does not matter. */
export function timeAgo(iso: string, nowIso: string): string {
  const seconds = Math.max(0, Math.round((Date.parse(nowIso) - Date.parse(iso)) / 1000));
  const age = AGES.find((one) => seconds >= one.seconds) ?? { unit: 'second', seconds: 1 };
  return relative.format(-Math.floor(seconds / age.seconds), age.unit);
}

export function timeOfDay(iso: string): string {
  return new Date(iso).toLocaleTimeString('en-GB', { hour12: false });
}

const numbers = new Intl.NumberFormat('en');

export function inDigits(number: number): string {
  return numbers.format(number);
}

export function count(number: number, word: string): string {
  return `${inDigits(number)} ${word}${number === 1 ? '' : 's'}`;
}
