import { CafebootError } from '../../src/errors.ts';
import { openElf } from './elf.ts';

const library = 'libatomic.so.1';
const wanted = '__atomic_compare_exchange';

/**
 * `bool compareExchange(size_t size, void *at, void *expected, void *desired, int, int)` for 8 bytes:
 * what libatomic itself does with them.
 */
const compareExchange8 = Buffer.from([
  ...[0x48, 0x8b, 0x02], // mov (%rdx),%rax
  ...[0x48, 0x8b, 0x09], // mov (%rcx),%rcx
  ...[0xf0, 0x48, 0x0f, 0xb1, 0x0e], // lock cmpxchg %rcx,(%rsi)
  ...[0x48, 0x89, 0x02], // mov %rax,(%rdx)
  ...[0x0f, 0x94, 0xc0], // sete %al
  0xc3, // ret
]);
/** `mov $8,%edi`, which sets the size; it comes shortly before each call. */
const sizeOf8 = Buffer.from([0xbf, 8, 0, 0, 0]);
const beforeCallBytes = 48;
const jumpBytes = 5;

/**
 * Gives a Node for linux-x64 its one function of libatomic itself. A fresh Debian or Ubuntu, and a PC's
 * image, do not have that library, and one file is to be enough. Throws, with the bytes half changed, where
 * this Node is not as the one that it was written for.
 */
export function dropLibatomic(program: Buffer): void {
  const elf = openElf(program);
  const slot = elf.takeJumpSlot(wanted);
  const stub = elf.jumpThrough(slot);
  const calls = elf.callsTo(stub);
  if (calls.length === 0) throw changed('nobody calls it');
  for (const offset of calls) {
    const before = program.subarray(offset - beforeCallBytes, offset);
    if (!before.includes(sizeOf8)) throw changed('it is called for other sizes than 8 bytes');
  }
  const place = elf.freeCode(compareExchange8.length);
  compareExchange8.copy(program, elf.offsetOf(place));
  const at = elf.offsetOf(stub);
  program[at] = 0xe9;
  program.writeInt32LE(place - (stub + jumpBytes), at + 1);
  elf.dropLibrary(library);
}

const changed = (reason: string) =>
  new CafebootError('internal', { reason: `${wanted} of this Node: ${reason}` });
