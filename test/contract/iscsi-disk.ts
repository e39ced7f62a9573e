import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';

const timeoutMs = 60_000;
const mebibyte = 1024 ** 2;

/** Where a disk is, as libiscsi inside qemu-io logs in to it. */
export interface DiskAddress {
  address: string;
  port: number;
  target: string;
  initiator: string;
  lun: number;
}

export type IscsiDisk = Awaited<ReturnType<typeof openIscsiDisk>>;

/** One login that lasts: every write and read goes through the same session until `close`. */
export async function openIscsiDisk({ address, port, target, initiator, lun }: DiskAddress) {
  const options = `driver=iscsi,transport=tcp,portal=${address}:${port},target=${target},lun=${lun},initiator-name=${initiator}`;
  const child = spawn('qemu-io', ['--image-opts', options], { stdio: 'pipe' });
  let said = '';
  let heard = () => {};
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (text: Buffer) => {
      said += text;
      heard();
    });
  }
  await prompt(child);

  /** Until qemu-io asks for the next command. */
  async function prompt(process: ChildProcess): Promise<string> {
    const asked = Promise.withResolvers<void>();
    const fail = (what: string) => asked.reject(new Error(`qemu-io ${what}: ${said}`));
    const timer = setTimeout(() => fail(`says nothing for ${timeoutMs} ms`), timeoutMs);
    const ended = () => fail('has ended');
    process.once('exit', ended);
    heard = () => said.endsWith('qemu-io> ') && asked.resolve();
    heard();
    await asked.promise.finally(() => {
      clearTimeout(timer);
      process.off('exit', ended);
    });
    return said;
  }

  /** What the command says: the numbers of bytes, or what failed. */
  async function command(text: string): Promise<string> {
    said = '';
    child.stdin.write(`${text}\n`);
    return prompt(child);
  }

  return {
    /** Fills this range with one byte, down to the disk; rejects with what the target says. */
    async write(atMib: number, sizeBytes = mebibyte, byte = 0x5a): Promise<void> {
      const answer = await command(`write -f -P ${byte} ${atMib}M ${sizeBytes}`);
      if (!answer.includes(`wrote ${sizeBytes}/${sizeBytes}`)) throw new Error(answer);
    },
    /** Rejects where it cannot be read or any byte of the range is another one. */
    async read(atMib: number, byte: number, sizeBytes = mebibyte): Promise<void> {
      const answer = await command(`read -P ${byte} ${atMib}M ${sizeBytes}`);
      if (!answer.includes(`read ${sizeBytes}/${sizeBytes}`) || /failed/.test(answer)) {
        throw new Error(answer);
      }
    },
    async close(): Promise<void> {
      const exited = once(child, 'exit');
      child.stdin.end('quit\n');
      await exited;
    },
  };
}
