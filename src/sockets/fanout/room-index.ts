/** The members of a room. Most rooms belong to a user and have one member, where a Set would take 400 bytes. */
export type Room<Member> = readonly Member[] | ReadonlySet<Member>;

/** Larger rooms are Sets: adding to a list takes time in proportion to its length. */
const FEW = 8;

/** Members by room. Socket.IO's rooms are not used: a look-up per recipient by socket id costs more than the write. */
export class RoomIndex<Member> {
  /** Lists are replaced, never changed: a fan-out may be iterating over one. */
  readonly #rooms = new Map<string, readonly Member[] | Set<Member>>();

  join(member: Member, rooms: readonly string[]): void {
    for (const room of rooms) {
      const members = this.#rooms.get(room) ?? [];
      if (members instanceof Set) members.add(member);
      else if (!members.includes(member)) this.#rooms.set(room, withOneMore(members, member));
    }
  }

  leave(member: Member, rooms: readonly string[]): void {
    for (const room of rooms) {
      const members = this.#rooms.get(room);
      if (members === undefined) continue;
      if (members instanceof Set) members.delete(member);
      else this.#rooms.set(room, withoutOne(members, member));
      if (sizeOf(this.#rooms.get(room)) === 0) this.#rooms.delete(room);
    }
  }

  members(room: string): Room<Member> | undefined {
    return this.#rooms.get(room);
  }

  has(room: string, member: Member): boolean {
    const members = this.#rooms.get(room) ?? [];
    return members instanceof Set ? members.has(member) : members.includes(member);
  }

  /** Yields the members of each of these rooms that is not empty. */
  found(rooms: readonly string[]): Room<Member>[] {
    const found: Room<Member>[] = [];
    for (const room of rooms) {
      const members = this.#rooms.get(room);
      if (members) found.push(members);
    }
    return found;
  }

  /** Yields the members of these rooms who are in none of the others. */
  foundWithout(rooms: readonly string[], except: readonly string[]): (readonly Member[])[] {
    const excepted = new Set(this.found(except).flatMap((members) => [...members]));
    return this.found(rooms)
      .map((members) => [...members].filter((member) => !excepted.has(member)))
      .filter((members) => members.length > 0);
  }

  /** Rooms with members. */
  names(): IterableIterator<string> {
    return this.#rooms.keys();
  }
}

export function sizeOf(room: Room<unknown> | undefined): number {
  if (room === undefined) return 0;
  return 'length' in room ? room.length : room.size;
}

function withOneMore<Member>(members: readonly Member[], member: Member): readonly Member[] | Set<Member> {
  // A spread would allocate room for sixteen more.
  return members.length < FEW ? members.concat([member]) : new Set([...members, member]);
}

function withoutOne<Member>(members: readonly Member[], member: Member): readonly Member[] {
  return members.filter((one) => one !== member);
}
