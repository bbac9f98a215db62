/** A block of memory that is filled once, and reused when no text in it is needed any more. */
export interface Chunk {
  readonly bytes: Buffer;
  /** How many texts in it are still needed. */
  texts: number;
}

/** A text stored as bytes. */
export interface StoredText {
  readonly chunk: Chunk;
  readonly from: number;
  readonly to: number;
}

const CHUNK_BYTES = 64 * 1024;

/**
 * Stores texts outside the heap: the garbage collector copies strings that live for a while repeatedly, which costs more
 * than all other work on an entry.
 */
export class TextArena {
  #filling: Chunk | undefined;
  #from = 0;
  /** A free block, used next. */
  #spare: Chunk | undefined;

  store(text: string): StoredText {
    const length = Buffer.byteLength(text);
    const chunk = this.#chunkFor(length);
    const from = this.#from;
    chunk.bytes.write(text, from);
    chunk.texts += 1;
    this.#from += length;
    return { chunk, from, to: this.#from };
  }

  /** Frees a text that is not needed any more. */
  drop({ chunk }: StoredText): void {
    chunk.texts -= 1;
    if (chunk.texts === 0 && chunk !== this.#filling && chunk.bytes.length === CHUNK_BYTES) this.#spare = chunk;
  }

  #chunkFor(length: number): Chunk {
    const known = this.#filling;
    if (known && this.#from + length <= known.bytes.length) return known;
    const spare = length <= CHUNK_BYTES ? this.#spare : undefined;
    if (spare) this.#spare = undefined;
    this.#from = 0;
    this.#filling = spare ?? { bytes: Buffer.allocUnsafeSlow(Math.max(CHUNK_BYTES, length)), texts: 0 };
    return this.#filling;
  }
}
