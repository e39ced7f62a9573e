import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ChapLogin, TargetServer, TargetSpec } from '../../src/storage/targets.ts';

/** One kind of target server with two or more disks to export and a real initiator to try it with. */
export interface TargetServerCase {
  start(): Promise<TargetServer>;
  /** Paths of disks of 8 MiB each, four of them. */
  disks: string[];
  /** A login and listing of LUNs: `{lun, sizeMb}` per disk, or the reason it was refused. */
  login(
    initiator: string,
    target: string,
    chap?: ChapLogin,
  ): Promise<{ luns: number[] } | { refused: string }>;
  /** Logs in, stays, and gives back the way to leave. */
  stay(initiator: string, target: string, lun: number): Promise<() => Promise<void>>;
  cleanUp(): Promise<void>;
}

const prefix = 'iqn.2022-10.org.dbc.iscsi:sn';

/** What every TargetServer must do, whatever exports its disks. */
export function describeTargetServer(
  name: string,
  makeCase: () => Promise<TargetServerCase>,
): void {
  describe(`${name} as a TargetServer`, () => {
    let lab: TargetServerCase;
    let server: TargetServer;
    let serial = 0;

    const specOf = (...disks: number[]): TargetSpec => {
      const iqn = `${prefix}.t${serial++}.525400000001`;
      const luns = disks.map((index) => ({
        devicePath: lab.disks[index] ?? '',
        serial: `cb${index}-1`,
      }));
      return { name: iqn, initiator: iqn, luns };
    };

    beforeAll(async () => {
      lab = await makeCase();
      server = await lab.start();
    });
    afterAll(async () => {
      await server?.close();
      await lab?.cleanUp();
    });

    test('the listed initiator finds the disks in LUN order', async () => {
      const spec = specOf(0, 1);
      expect(await server.ensure(spec)).toBe('created');
      const { firstLun } = server;
      expect(await lab.login(spec.initiator, spec.name)).toEqual({
        luns: [firstLun, firstLun + 1],
      });
      await server.remove(spec.name);
    });

    test('any other initiator is refused', async () => {
      const spec = specOf(0);
      await server.ensure(spec);
      for (const stranger of [`${spec.initiator}9`, prefix, 'iqn.2000-01.com.example:x']) {
        expect(await lab.login(stranger, spec.name)).toHaveProperty('refused');
      }
      await server.remove(spec.name);
    });

    test('an unknown target is refused', async () => {
      expect(await lab.login(prefix, `${prefix}.nobody`)).toHaveProperty('refused');
    });

    test('ensuring the same again changes nothing and keeps the session', async () => {
      const spec = specOf(0);
      await server.ensure(spec);
      const leave = await lab.stay(spec.initiator, spec.name, server.firstLun);
      expect(await server.ensure(spec)).toBe('unchanged');
      const [session] = await server.sessions();
      expect(session).toMatchObject({ target: spec.name, initiator: spec.initiator });
      expect(session?.address).toBe('127.0.0.1');
      expect(session?.readBytes).toBeGreaterThan(0);
      await leave();
      await server.remove(spec.name);
    });

    test('a changed disk replaces the target, also under a live session', async () => {
      const spec = specOf(0);
      await server.ensure(spec);
      const leave = await lab.stay(spec.initiator, spec.name, server.firstLun);
      const changed = { ...spec, luns: specOf(1).luns };
      expect(await server.ensure(changed)).toBe('replaced');
      await leave();
      expect(await lab.login(spec.initiator, spec.name)).toEqual({ luns: [server.firstLun] });
      await server.remove(spec.name);
    });

    test('removing ends sessions, frees the disk and is idempotent', async () => {
      const spec = specOf(2);
      await server.ensure(spec);
      const leave = await lab.stay(spec.initiator, spec.name, server.firstLun);
      await server.remove(spec.name);
      await server.remove(spec.name);
      await leave();
      expect(await server.list()).not.toContain(spec.name);
      expect(await lab.login(spec.initiator, spec.name)).toHaveProperty('refused');
      const again = specOf(2);
      expect(await server.ensure(again)).toBe('created');
      await server.remove(again.name);
    });

    const withChap = (spec: TargetSpec, secret: string) => ({
      ...spec,
      chap: { userName: spec.name, secret },
    });

    test('with CHAP only the right secret logs in', async () => {
      const spec = withChap(specOf(0), 'a1B2c3D4e5F6g7H8');
      const other = withChap(specOf(1), 'othersOthers1234');
      await server.ensure(spec);
      await server.ensure(other);
      const login = (chap?: ChapLogin) => lab.login(spec.initiator, spec.name, chap);
      expect(await login(spec.chap)).toEqual({ luns: [server.firstLun] });
      for (const wrong of [
        undefined,
        { ...spec.chap, secret: 'a1B2c3D4e5F6g7H9' },
        { ...spec.chap, secret: other.chap.secret },
        { ...spec.chap, userName: `${spec.name}9` },
        other.chap,
      ]) {
        expect(await login(wrong), JSON.stringify(wrong)).toHaveProperty('refused');
      }
      expect(await login(spec.chap)).toEqual({ luns: [server.firstLun] });
      await server.remove(spec.name);
      await server.remove(other.name);
    });

    test('CHAP that is changed, given or taken away replaces the target', async () => {
      const open = specOf(0);
      const spec = withChap(open, 'a1B2c3D4e5F6g7H8');
      const changed = withChap(open, 'i9J0k1L2m3N4o5P6');
      const login = (chap?: ChapLogin) => lab.login(spec.initiator, spec.name, chap);
      const letIn = { luns: [server.firstLun] };
      await server.ensure(open);
      expect(await login()).toEqual(letIn);
      expect(await server.ensure(spec)).toBe('replaced');
      expect(await login()).toHaveProperty('refused');
      expect(await server.ensure(spec)).toBe('unchanged');
      expect(await server.ensure(changed)).toBe('replaced');
      expect(await login(spec.chap)).toHaveProperty('refused');
      expect(await login(changed.chap)).toEqual(letIn);
      expect(await server.ensure(open)).toBe('replaced');
      expect(await login()).toEqual(letIn);
      await server.remove(spec.name);
    });

    test('a removed target leaves no secret that would let in later', async () => {
      const open = specOf(0);
      const before = withChap(open, 'a1B2c3D4e5F6g7H8');
      const after = withChap(open, 'i9J0k1L2m3N4o5P6');
      await server.ensure(before);
      await server.remove(open.name);
      expect(await server.ensure(after)).toBe('created');
      expect(await lab.login(open.initiator, open.name, before.chap)).toHaveProperty('refused');
      expect(await lab.login(open.initiator, open.name, after.chap)).not.toHaveProperty('refused');
      await server.remove(open.name);
    });

    test('a missing disk is said to be missing and leaves no target behind', async () => {
      const spec = { ...specOf(0), luns: [{ devicePath: '/nowhere/disk', serial: 'cb1-1' }] };
      await expect(server.ensure(spec)).rejects.toMatchObject({ code: 'not_found' });
      expect(await server.list()).not.toContain(spec.name);
    });
  });
}
