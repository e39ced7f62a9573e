import { expect, test } from 'vitest';
import {
  parseAccounts,
  parsePortals,
  parseStatistics,
  parseTargets,
} from '../../../src/storage/tgt-output.ts';

// What tgtadm of Debian 12's tgt 1.0.85 printed, with two initiators logged in.
const statistics = `\
tgt lun sid rd_subm(bytes,cmds) rd_done(bytes,cmds) wr_subm(bytes,cmds) wr_done(bytes,cmds) errs
  1   0   1            0      0            0      0            0      0            0      0    0
  1   1   1    179568672  43841    179560480  43839            0      0            0      0    1
  2   0   2            0      0            0      0            0      0            0      0    0
  2   1   2     76169248  18597     76169248  18597         8192      2         4096      1    1
  2   2   2         4096      1         4096      1            0      0            0      0    0
`;

const targets = `\
Target 1: iqn.2022-10.org.dbc.iscsi:sn.win.525400000001
    System information:
        Driver: iscsi
        State: ready
    I_T nexus information:
        I_T nexus: 1
            Initiator: iqn.2022-10.org.dbc.iscsi:sn.win.525400000001 alias: none
            Connection: 0
                IP Address: 10.77.0.101
    LUN information:
        LUN: 0
            Type: controller
            SCSI ID: IET     00010000
            Backing store type: null
            Backing store path: None
            Backing store flags: 
        LUN: 1
            Type: disk
            SCSI ID: IET     00010001
            Backing store type: rdwr
            Backing store path: /srv/pool/ov-1.img
            Backing store flags: 
    Account information:
        iqn.2022-10.org.dbc.iscsi:sn.win.525400000001
    ACL information:
        iqn.2022-10.org.dbc.iscsi:sn.win.525400000001
Target 7: iqn.2022-10.org.dbc.iscsi:sn.win
    System information:
        Driver: iscsi
        State: ready
    I_T nexus information:
    LUN information:
        LUN: 0
            Type: controller
            Backing store path: None
    Account information:
    ACL information:
`;

test('bytes of each session are summed over its LUNs, as far as they are done', () => {
  expect(parseStatistics(statistics)).toEqual(
    new Map([
      [1, { readBytes: 179_560_480, writtenBytes: 0 }],
      [2, { readBytes: 76_173_344, writtenBytes: 4096 }],
    ]),
  );
  expect(parseStatistics('')).toEqual(new Map());
});

test('targets with their disks, initiators and sessions', () => {
  const name = 'iqn.2022-10.org.dbc.iscsi:sn.win.525400000001';
  expect(parseTargets(targets)).toEqual([
    {
      tid: 1,
      name,
      devicePaths: ['/srv/pool/ov-1.img'],
      initiators: [name],
      accounts: [name],
      sessions: [{ sid: 1, initiator: name, address: '10.77.0.101' }],
    },
    {
      tid: 7,
      name: 'iqn.2022-10.org.dbc.iscsi:sn.win',
      devicePaths: [],
      initiators: [],
      accounts: [],
      sessions: [],
    },
  ]);
});

test('portals', () => {
  expect(parsePortals('Portal: 0.0.0.0:3260,1\nPortal: [::]:3260,1\n')).toEqual([
    '0.0.0.0:3260',
    '[::]:3260',
  ]);
});

test('accounts', () => {
  expect(parseAccounts('Account list:\n    one\n    one/5e884898\n')).toEqual([
    'one',
    'one/5e884898',
  ]);
  expect(parseAccounts('Account list:\n')).toEqual([]);
});
