import { distance } from 'fastest-levenshtein';

/** Returns the known word that was probably meant by `word`. */
export function didYouMean(word: string, known: readonly string[], farthest = Infinity): string | undefined {
  const [best] = known
    .map((name) => ({ name, distance: distance(word.toLowerCase(), name.toLowerCase()) }))
    .filter((candidate) => candidate.distance <= Math.min(farthest, Math.max(1, Math.floor(candidate.name.length / 3))))
    .sort((a, b) => a.distance - b.distance);
  return best?.name;
}
