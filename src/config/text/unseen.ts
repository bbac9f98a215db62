/** Invisible characters, and blanks other than the plain space. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Variation_Selector}\u{34f}\u115f\u1160\u2800\u3164\uffa0]|(?! )\p{Zs}/u;

/** Persian, Indic scripts and emoji need joiners between two non-ASCII characters. */
const JOINED = /(?<=[^\p{ASCII}\p{Z}\p{C}])[\u200c\u200d](?=[^\p{ASCII}\p{Z}\p{C}])|(?<=\p{Emoji})\ufe0f/gu;

/** Returns the first invisible character that its script does not need. */
export function unseenIn(text: string): string | undefined {
  return UNSEEN.exec(text.replaceAll(JOINED, ''))?.[0];
}

/** Escapes invisible characters: a finding may be about one of them. */
export function visible(text: string): string {
  return text.replaceAll(ANY, (char, joined?: string) =>
    joined === undefined ? `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}` : char,
  );
}

const ANY = new RegExp(`(${JOINED.source})|${UNSEEN.source}`, 'gu');
