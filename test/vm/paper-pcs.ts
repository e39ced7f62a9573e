import { type Lab, labNet } from '../../scripts/lab/lab.ts';
import { type Netns, openNetns } from '../../scripts/lab/netns.ts';
import type { Running } from '../../scripts/lab/run.ts';

/** What a PC is told in its entry's script. */
export interface Ticket {
  target: string;
  initiator: string;
  lun: number;
  userName: string;
  secret: string;
}

/** A PC of paper: its network card alone, which asks for scripts and logs in, but boots no OS. */
export interface PaperPc {
  readonly name: string;
  readonly mac: string;
  /** Asks for the entry's script, as iPXE does; undefined where the server has no disk for it. */
  ask(entry: string): Promise<Ticket | undefined>;
  /** Logs in to its disk and asks it what it is. */
  logIn(ticket: Ticket): Promise<void>;
  /** Reads its disk without end, by iSCSI. */
  read(ticket: Ticket): Running;
}

/** So many of them, in a namespace of their own on the lab's network. */
export async function plugInPaperPcs(
  lab: Lab,
  count: number,
): Promise<{ pcs: PaperPc[]; close(): Promise<void> }> {
  const netns = await openNetns();
  // Each card answers for its own address only.
  for (const [key, value] of [
    ['arp_ignore', 1],
    ['arp_announce', 2],
  ]) {
    await netns.run(['sysctl', '-q', `net.ipv4.conf.all.${key}=${value}`]);
  }
  const pcs: PaperPc[] = [];
  for (let number = 1; number <= count; number += 1) pcs.push(await plugIn(lab, netns, number));
  return { pcs, close: netns.close };
}

async function plugIn(lab: Lab, netns: Netns, number: number): Promise<PaperPc> {
  const name = `paper-${number}`;
  const hex = `525400bada${String(number).padStart(2, '0')}`;
  const mac = hex.replaceAll(/(..)(?=.)/g, '$1:');
  await lab.appliance.run(['ip', '-batch', '-'], {
    input: `link add ${name} type veth peer name pc${number} netns ${netns.pid}
link set ${name} master ${labNet.bridge} up
`,
  });
  await netns.run(['ip', '-batch', '-'], {
    input: `link set pc${number} address ${mac} up
address add 10.77.0.${200 + number}/24 dev pc${number}
`,
  });
  return {
    name,
    mac,
    async ask(entry) {
      const url = `http://${labNet.applianceAddress}:8080/ipxe/cfg/mac-${hex}/${entry}.ipxe`;
      const curl = ['curl', '-sS', '--max-time', '60', '--interface', `pc${number}`] as const;
      return parseTicket(await netns.run([...curl, url], { timeoutMs: 70_000 }));
    },
    async logIn(ticket) {
      await netns.run(['iscsi-inq', '-i', ticket.initiator, urlOf(ticket)], {
        env: chapOf(ticket),
      });
    },
    read(ticket) {
      const argv = ['iscsi-perf', '-i', ticket.initiator, '-b', '8', '-m', '1'] as const;
      return netns.start([...argv, urlOf(ticket)], { env: chapOf(ticket) });
    },
  };
}

const urlOf = ({ target, lun }: Ticket) =>
  `iscsi://${labNet.applianceAddress}:3260/${target}/${lun}`;

const chapOf = ({ userName, secret }: Ticket) => ({
  LIBISCSI_CHAP_USERNAME: userName,
  LIBISCSI_CHAP_PASSWORD: secret,
});

function parseTicket(script: string): Ticket | undefined {
  const word = (pattern: RegExp) => pattern.exec(script)?.[1] ?? '';
  const [, lun, target = ''] = /^sanboot .*iscsi:[^:]*::\d+:(\d+):(\S+)/m.exec(script) ?? [];
  if (lun === undefined) return undefined;
  return {
    target,
    lun: Number(lun),
    initiator: word(/^set initiator-iqn (\S+)/m),
    userName: word(/^set username (\S+)/m),
    secret: word(/^set password (\S+)/m),
  };
}
