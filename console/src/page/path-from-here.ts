/** A path of the gateway as this page reaches it: a proxy may take a prefix away, of both alike. */
export function pathFromHere(path: string): string {
  return new URL(`.${path}`, location.href).pathname;
}
