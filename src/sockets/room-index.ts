/** Which members are in which room. Ours, because a lookup per recipient through Socket.IO's ids costs more than the write. */
export class RoomIndex<Member> {
  readonly #rooms = new Map<string, Set<Member>>();

  join(member: Member, rooms: readonly string[]): void {
    for (const room of rooms) {
      const members = this.#rooms.get(room);
      if (members) members.add(member);
      else this.#rooms.set(room, new Set([member]));
    }
  }

  leave(member: Member, rooms: readonly string[]): void {
    for (const room of rooms) {
      const members = this.#rooms.get(room);
      if (members?.delete(member) && members.size === 0) this.#rooms.delete(room);
    }
  }

  members(room: string): ReadonlySet<Member> | undefined {
    return this.#rooms.get(room);
  }

  /** The members of each of these rooms that has any. */
  found(rooms: readonly string[]): ReadonlySet<Member>[] {
    const found: ReadonlySet<Member>[] = [];
    for (const room of rooms) {
      const members = this.#rooms.get(room);
      if (members) found.push(members);
    }
    return found;
  }

  /** Rooms with somebody in them. */
  names(): IterableIterator<string> {
    return this.#rooms.keys();
  }
}
