import pLimit from 'p-limit';
import { hasCode } from '../errors.ts';
import type { Run } from './exec.ts';
import { parseAccounts, parsePortals, parseStatistics, parseTargets } from './tgt-output.ts';

/** tgtd takes one command at a time; more processes than this only cost memory while they wait. */
const commandsAtOnce = 4;

export type TgtAdmin = ReturnType<typeof createTgtAdmin>;

/** Whether a command of tgtadm failed with these words. */
export const tgtSaid = (error: unknown, words: string): boolean =>
  hasCode(error, 'command_failed') && String(error.context.stderr).includes(words);

/** tgtadm, about 2 ms a call; an environment variable chooses the daemon's control socket. */
export function createTgtAdmin(run: Run, socket: string) {
  const inTurn = pLimit(commandsAtOnce);
  const tgtadm = async (mode: string, op: string, args: string[] = [], secrets: string[] = []) => {
    const all = ['--lld', 'iscsi', '--mode', mode, '--op', op, ...args];
    const options = { env: { TGT_IPC_SOCKET: socket }, timeoutMs: 10_000, secrets };
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
    newPortal: (portal: string) => tgtadm('portal', 'new', ['--param', `portal=${portal}`]),
    /** Who is logged in there stays. */
    deletePortal: (portal: string) => tgtadm('portal', 'delete', ['--param', `portal=${portal}`]),
    portals: async () => parsePortals(await tgtadm('portal', 'show')),
    accounts: async () => parseAccounts(await tgtadm('account', 'show')),
    targets: async () => parseTargets(await tgtadm('target', 'show')),
    /** Of all targets, by session. */
    statistics: async () => parseStatistics(await tgtadm('system', 'stat')),

    newTarget: (tid: number, name: string) => target('new', tid, ['--targetname', name]),
    deleteTarget: (tid: number) => target('delete', tid, ['--force']),
    bind: (tid: number, initiator: string) => target('bind', tid, ['--initiator-name', initiator]),
    unbind: (tid: number, initiator: string) =>
      target('unbind', tid, ['--initiator-name', initiator]),
    /**
     * tgtadm takes a secret from its arguments only (not from its input or environment), so that for the
     * milliseconds that it runs whoever is logged in on the server itself can read it from the process list.
     */
    newAccount: (name: string, secret: string) =>
      tgtadm('account', 'new', ['--user', name, '--password', secret], [secret]),
    bindAccount: (tid: number, name: string) =>
      tgtadm('account', 'bind', ['--tid', String(tid), '--user', name]),
    /** Takes it from its target too. */
    deleteAccount: (name: string) => tgtadm('account', 'delete', ['--user', name]),
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
