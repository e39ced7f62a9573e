import { namesToServe } from '../config.ts';
import { chooseInterfaces } from '../net/interfaces.ts';
import type { Check, Finding } from './check.ts';

/** What the kernel tells of a card; undefined where it does not, as of virtual ones. */
export interface CardState {
  name: string;
  carrier: number | undefined;
  /** Mb/s. */
  speed: number | undefined;
  duplex: string | undefined;
  mtu: number | undefined;
}

/** A PC that boots reads some 500 MB: below this a handful of them fill the line. */
const slowMbits = 1_000;
const usualMtu = 1_500;

/** Cable, speed, duplex and MTU of the served cards. */
export const networkCards: Check = {
  name: 'network cards',
  async run({ config, settings, readText }) {
    const lans = chooseInterfaces(namesToServe(config, settings));
    const cards = await Promise.all(
      lans.map(async ({ name }): Promise<CardState> => {
        const read = async (key: string) =>
          (await readText(`/sys/class/net/${name}/${key}`))?.trim();
        const number = async (key: string) => {
          const value = Number((await read(key)) ?? Number.NaN);
          return Number.isNaN(value) || value < 0 ? undefined : value;
        };
        const [carrier, speed, duplex, mtu] = await Promise.all([
          number('carrier'),
          number('speed'),
          read('duplex'),
          number('mtu'),
        ]);
        return { name, carrier, speed, duplex, mtu };
      }),
    );
    return cards.flatMap(judgeCard);
  },
};

export function judgeCard({ name, carrier, speed, duplex, mtu }: CardState): Finding[] {
  const data = { name, speed: speed ?? '?', duplex: duplex ?? '?', mtu: mtu ?? '?' };
  if (carrier === 0) return [{ verdict: 'fail', code: 'nic-unplugged', data }];
  const findings: Finding[] = [];
  if (duplex === 'half') findings.push({ verdict: 'fail', code: 'nic-half-duplex', data });
  if (speed !== undefined && speed > 0 && speed < slowMbits) {
    findings.push({ verdict: 'warn', code: 'nic-slow', data });
  }
  if (mtu !== undefined && mtu !== usualMtu) {
    findings.push({ verdict: 'warn', code: 'nic-mtu', data });
  }
  return findings.length > 0 ? findings : [{ verdict: 'ok', code: 'nic-good', data }];
}
