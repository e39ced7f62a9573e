import pLimit from 'p-limit';
import { hasCode } from '../errors.ts';
import type { Run } from './exec.ts';
import { parsePortals, parseStatistics, parseTargets } from './tgt-output.ts';

/** tgtd takes one command at a time; more processes than this only cost memory while they wait. */
const commandsAtOnce = 4;

export type TgtAdmin = ReturnType<typeof createTgtAdmin>;

/** tgtadm, about 2 ms a call; an environment variable chooses the daemon's control socket. */
export function createTgtAdmin(run: Run, socket: string) {
  const inTurn = pLimit(commandsAtOnce);
  const tgtadm = async (mode: string, op: string, args: string[] = []) => {
    const all = ['--lld', 'iscsi', '--mode', mode, '--op', op, ...args];
    const options = { env: { TGT_IPC_SOCKET: socket }, timeoutMs: 10_000 };
    return (await inTurn(() => run('tgtadm', all, options))).stdout;
  };
  const target = (op: string, tid: number, args: string[] = []) =>
    tgtadm('target', op, ['--tid', String(tid), ...args]);
  const lun = (op: string, tid: number, number: number, args: string[]) =>
    tgtadm('logicalunit', op, ['--tid', String(tid), '--lun', String(number), ...args]);

  return {
    async answers(): Promise<boolean> {
      try {
        await tgtadm('system', 'show');
        return true;
      } catch (error) {
        if (hasCode(error, 'command_missing')) throw error;
        return false;
      }
    },
    /** Ends the daemon, which refuses while it has targets. */
    stop: () => tgtadm('system', 'delete'),
    portals: async () => parsePortals(await tgtadm('portal', 'show')),
    targets: async () => parseTargets(await tgtadm('target', 'show')),
    /** Of all targets, by session. */
    statistics: async () => parseStatistics(await tgtadm('system', 'stat')),

    newTarget: (tid: number, name: string) => target('new', tid, ['--targetname', name]),
    deleteTarget: (tid: number) => target('delete', tid, ['--force']),
    bind: (tid: number, initiator: string) => target('bind', tid, ['--initiator-name', initiator]),
    unbind: (tid: number, initiator: string) =>
      target('unbind', tid, ['--initiator-name', initiator]),
    newLun: (tid: number, number: number, devicePath: string) =>
      lun('new', tid, number, ['--backing-store', devicePath]),
    describeLun: (tid: number, number: number, serial: string) => {
      const params = `vendor_id=CAFEBOOT,product_id=disk,scsi_sn=${serial},thin_provisioning=1`;
      return lun('update', tid, number, ['--params', params]);
    },
    /** Drops one connection of a session. */
    disconnect: (tid: number, sid: number, cid: number) =>
      tgtadm('conn', 'delete', ['--tid', `${tid}`, '--sid', `${sid}`, '--cid', `${cid}`]),
  };
}
