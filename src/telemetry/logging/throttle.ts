/**
 * Passes at most one call per key and interval; the next call that passes receives the number of calls held back. Keys are
 * codes and route names, whose number is bounded.
 */
export function createThrottle(
  intervalMs: number,
  now: () => number = () => performance.now(),
): (key: string, pass: (heldBack: number) => void) => void {
  const last = new Map<string, { at: number; heldBack: number }>();
  return (key, pass) => {
    const entry = last.get(key);
    const time = now();
    if (entry !== undefined && time - entry.at < intervalMs) {
      entry.heldBack += 1;
      return;
    }
    last.set(key, { at: time, heldBack: 0 });
    pass(entry?.heldBack ?? 0);
  };
}
