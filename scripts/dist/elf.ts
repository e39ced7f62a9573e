/** Of a 64-bit little-endian ELF file; all addresses are below 2^53. */
interface Segment {
  type: number;
  isCode: boolean;
  offset: number;
  address: number;
  bytes: number;
}

const loadable = 1;
const dynamic = 2;
const tags = { needed: 1, strtab: 5, symtab: 6, pltrelsz: 2, jmprel: 23, bindNow: 24, flags: 30 };
const versionTags = { verneed: 0x6ffffffe, verneedCount: 0x6fffffff };
const flagBindNow = 8;
const relocationBytes = 24;
const symbolBytes = 24;
const stubBytes = 16;
const paddingBytes = 1024;

/** What is needed of ELF to make a program do without one function of one library. x86-64, not relocatable. */
export function openElf(file: Buffer) {
  const u64 = (offset: number) => Number(file.readBigUInt64LE(offset));
  const segments = readSegments(file);

  function offsetOf(address: number): number {
    const found = segments.find(
      ({ type, address: from, bytes }) =>
        type === loadable && address >= from && address < from + bytes,
    );
    if (!found) throw new Error(`no segment has ${address.toString(16)}`);
    return found.offset + address - found.address;
  }

  const table = get(
    segments.find(({ type }) => type === dynamic),
    'dynamic section',
  );
  const entries: { tag: number; offset: number }[] = [];
  for (let offset = table.offset; u64(offset) !== 0; offset += 16) {
    entries.push({ tag: u64(offset), offset: offset + 8 });
  }
  const entry = (tag: number) =>
    get(
      entries.find((each) => each.tag === tag),
      `dynamic entry ${tag}`,
    );
  const value = (tag: number) => u64(entry(tag).offset);
  const strings = offsetOf(value(tags.strtab));
  const string = (at: number) =>
    file.toString('latin1', strings + at, file.indexOf(0, strings + at));
  const code = get(
    segments.find(({ type, isCode }) => type === loadable && isCode),
    'code',
  );

  const needed = () => entries.filter(({ tag }) => tag === tags.needed);

  return {
    offsetOf,

    /** Those that it is linked against. */
    libraries: (): string[] => needed().map(({ offset }) => string(u64(offset))),

    /** Frees the pointer to a library's function from being filled in at start, and tells its address. */
    takeJumpSlot(symbol: string): number {
      if ((value(tags.flags) & flagBindNow) === 0) throw new Error('functions are bound lazily');
      const from = offsetOf(value(tags.jmprel));
      const symbols = offsetOf(value(tags.symtab));
      for (let at = from; at < from + value(tags.pltrelsz); at += relocationBytes) {
        const index = file.readUInt32LE(at + 12);
        if (string(file.readUInt32LE(symbols + index * symbolBytes)) !== symbol) continue;
        const slot = u64(at);
        file.fill(0, at, at + relocationBytes);
        return slot;
      }
      throw new Error(`${symbol} is not asked for`);
    },

    /** The address of the stub `jmp *slot(%rip)`. */
    jumpThrough(slot: number): number {
      for (let at = code.address; at < code.address + code.bytes; at += stubBytes) {
        const offset = offsetOf(at);
        if (file.readUInt16BE(offset) !== 0xff25) continue;
        if (at + 6 + file.readInt32LE(offset + 2) === slot) return at;
      }
      throw new Error('the function has no stub');
    },

    /** The offsets of all calls of this address. */
    callsTo(address: number): number[] {
      const found: number[] = [];
      const end = code.offset + code.bytes;
      for (let at = code.offset; at !== -1 && at + 5 <= end; at = file.indexOf(0xe8, at + 1)) {
        const from = code.address + at - code.offset;
        if (file[at] === 0xe8 && from + 5 + file.readInt32LE(at + 1) === address) found.push(at);
      }
      return found;
    },

    /** The address of so many bytes that are code to the kernel and nothing to the program. */
    freeCode(bytes: number): number {
      // Between two sections: no table of a program has so many zeros among its code.
      const at = file.indexOf(Buffer.alloc(paddingBytes), code.offset);
      const end = code.offset + code.bytes;
      if (at === -1 || at + paddingBytes > end || bytes > paddingBytes) throw new Error('no room');
      return code.address + at + paddingBytes - bytes - code.offset;
    },

    /** Takes it out of the list of libraries, and out of the list of their versions. */
    dropLibrary(library: string): void {
      const all = needed();
      const ours = get(
        all.find(({ offset }) => string(u64(offset)) === library),
        library,
      );
      const other = get(
        all.find((each) => each !== ours),
        'other library',
      );
      // Twice the same one is once.
      file.copy(file, ours.offset, other.offset, other.offset + 8);
      dropVersions(library);
    },
  };

  function dropVersions(library: string): void {
    const list = entry(versionTags.verneed);
    const count = entry(versionTags.verneedCount);
    let before: number | undefined;
    let at = offsetOf(u64(list.offset));
    for (;;) {
      const next = file.readUInt32LE(at + 12);
      if (string(file.readUInt32LE(at + 4)) === library) {
        if (before === undefined)
          file.writeBigUInt64LE(BigInt(u64(list.offset) + next), list.offset);
        else file.writeUInt32LE(next === 0 ? 0 : at + next - before, before + 12);
        file.writeBigUInt64LE(BigInt(u64(count.offset) - 1), count.offset);
        return;
      }
      if (next === 0) throw new Error(`no version of ${library} is asked for`);
      before = at;
      at += next;
    }
  }
}

function readSegments(file: Buffer): Segment[] {
  const isOurs =
    file.toString('latin1', 0, 6) === '\x7fELF\x02\x01' && file.readUInt16LE(18) === 62;
  if (!isOurs) throw new Error('not an ELF file for x86-64');
  const from = Number(file.readBigUInt64LE(32));
  const bytes = file.readUInt16LE(54);
  return Array.from({ length: file.readUInt16LE(56) }, (_, index) => {
    const at = from + index * bytes;
    return {
      type: file.readUInt32LE(at),
      isCode: (file.readUInt32LE(at + 4) & 1) === 1,
      offset: Number(file.readBigUInt64LE(at + 8)),
      address: Number(file.readBigUInt64LE(at + 16)),
      bytes: Number(file.readBigUInt64LE(at + 32)),
    };
  });
}

function get<Value>(found: Value | undefined, what: string): Value {
  if (found === undefined) throw new Error(`the program has no ${what}`);
  return found;
}
