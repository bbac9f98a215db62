/** Characters without a shape of their own, and blanks that are no plain space. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Variation_Selector}\u{34f}\u115f\u1160\u2800\u3164\uffa0]|(?! )\p{Zs}/u;

/** Persian, Indic scripts and emoji need the joiners, between two signs that are no ASCII. */
const JOINED = /(?<=[^\p{ASCII}\p{Z}\p{C}])[\u200c\u200d](?=[^\p{ASCII}\p{Z}\p{C}])|(?<=\p{Emoji})\ufe0f/gu;

/** The first character that cannot be seen, and is not needed by the script it stands in. */
export function unseenIn(text: string): string | undefined {
  return UNSEEN.exec(text.replaceAll(JOINED, ''))?.[0];
}

/** The text with what cannot be seen as an escape: it may be what a finding is about. */
export function visible(text: string): string {
  return text.replaceAll(ANY, (char, joined?: string) =>
    joined === undefined ? `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}` : char,
  );
}

const ANY = new RegExp(`(${JOINED.source})|${UNSEEN.source}`, 'gu');
