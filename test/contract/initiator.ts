import { spawn } from 'node:child_process';
import { execa } from 'execa';
import type { ChapLogin } from '../../src/storage/targets.ts';
import type { TargetServerCase } from './target-server.ts';

/** Logins by libiscsi's tools, from this machine to itself. */
export function initiatorAt(
  address: string,
  port: number,
): Pick<TargetServerCase, 'login' | 'stay'> {
  const credentials = (chap?: ChapLogin): Record<string, string> =>
    chap ? { LIBISCSI_CHAP_USERNAME: chap.userName, LIBISCSI_CHAP_PASSWORD: chap.secret } : {};

  return {
    async login(initiator, target, chap) {
      const list = async () => {
        const { all } = await execa(
          'iscsi-ls',
          ['-s', '-i', initiator, `iscsi://${address}:${port}`],
          { reject: false, timeout: 30_000, all: true, env: credentials(chap) },
        );
        return all;
      };
      let listing = await list();
      // It takes a unit attention for a missing disk; any other initiator asks again, as is done here.
      if (listing.includes('UNIT_ATTENTION')) listing = await list();
      const block = listing.split('Target:').find((part) => part.startsWith(`${target} `));
      if (!block || block.includes('Failed to log in')) return { refused: listing };
      const luns = [...block.matchAll(/Lun:(\d+)\s+Type:DIRECT_ACCESS/g)];
      return { luns: luns.map(([, lun]) => Number(lun)) };
    },

    async stay(initiator, target, lun) {
      const url = `iscsi://${address}:${port}/${target}/${lun}`;
      const child = spawn('iscsi-perf', ['-i', initiator, url], {
        stdio: ['ignore', 'pipe', 'ignore'],
      });
      await new Promise<void>((resolve, reject) => {
        child.stdout.on('data', (text: Buffer) => /iops/.test(String(text)) && resolve());
        child.once('exit', () => reject(new Error('iscsi-perf ended early')));
        setTimeout(() => reject(new Error('no session within 30 s')), 30_000).unref();
      });
      return () =>
        new Promise<void>((resolve) => {
          if (child.exitCode !== null || child.signalCode !== null) return resolve();
          child.once('exit', () => resolve());
          child.kill('SIGKILL');
        });
    },
  };
}
