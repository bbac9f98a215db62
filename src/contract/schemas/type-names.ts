/** Gives each thing a name of letters and digits that no other has; the same things in the same order get the same names. */
export type NameIt = (text: string) => string;

/** @param taken names that are given away already. */
export function createNames(taken: readonly string[] = []): NameIt {
  const used = new Set(taken);
  return (text) => {
    const wanted = pascalCase(text);
    let name = wanted;
    // Later ones give way: a route added at the end renames nothing.
    for (let count = 2; used.has(name); count += 1) name = `${wanted}No${count}`;
    used.add(name);
    return name;
  };
}

/** `user-status-changed` → `UserStatusChanged`; letters beyond ASCII become their code points. */
function pascalCase(text: string): string {
  const ascii = text.replaceAll(/[^\p{ASCII}]/gu, (char) => ` U${char.codePointAt(0)?.toString(16).toUpperCase()} `);
  const words = ascii.split(/[^A-Za-z0-9]+/).map((word) => word.charAt(0).toUpperCase() + word.slice(1));
  const name = words.join('').replaceAll(/\d[a-z]/g, (pair) => pair.toUpperCase());
  return /^[A-Z]/.test(name) ? name : `Event${name}`;
}
