import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { findArch } from '../../../src/boot/archs.ts';
import type { Client } from '../../../src/boot/client.ts';
import type { Answer } from '../../../src/boot/decide.ts';
import { createFakeCafe, type FakeServices, fakePc } from '../../fakes/services.ts';

const { mac, address } = fakePc;

describe('how a PC starts', () => {
  let fake: FakeServices;
  let services: FakeServices['services'];

  beforeEach(async () => {
    fake = await createFakeCafe();
    services = fake.services;
  });
  afterEach(async () => {
    await services.close();
    await fake.volumes.cleanUp();
  });

  const pc = (changes: Partial<Client> = {}): Client => ({
    mac,
    stage: 'rom',
    discovers: true,
    arch: findArch(7) ?? expect.unreachable(),
    transport: 'tftp',
    guid: null,
    vendorClass: 'PXEClient:Arch:00007:UNDI:003000',
    userClass: null,
    ipxe: null,
    ...changes,
  });
  const http = { transport: 'http', vendorClass: 'HTTPClient:Arch:00016:UNDI:003000' } as const;
  const bios = { arch: findArch(0) ?? expect.unreachable() };
  const wait = (seconds: number) => {
    fake.clock.now += seconds * 1000;
  };
  const meet = (changes?: Partial<Client>) => {
    const { bootFiles, efiOffer, serves } = services.boots.meet(pc(changes));
    return [Object.values(bootFiles)[0], efiOffer, serves];
  };
  const fetch = (file: string, outcome = 'done') =>
    services.boots.transferred({ address, file, sizeBytes: 1, durationMs: 1, outcome });
  const script = () => services.boots.menuFor(mac, address);
  const told = () =>
    services.timeline
      .list({ mac })
      .filter(({ kind }) => kind.startsWith('firmware.'))
      .map(({ kind, data }) => [kind, data.file ?? data.offer, data.next ?? data.offer]);

  test('what is fetched and never comes for its script gets the next alternative, and so on round', async () => {
    expect(meet()).toEqual(['snponly.efi', 'boot-server', 'all']);
    await fetch('snponly.efi');
    wait(60);
    expect(meet()[0]).toBe('ipxe.efi');
    await fetch('ipxe.efi');
    wait(60);
    expect(meet()[0]).toBe('snponly.efi');
    expect(told()).toEqual([
      ['firmware.file-failed', 'snponly.efi', 'ipxe.efi'],
      ['firmware.file-failed', 'ipxe.efi', 'snponly.efi'],
    ]);
  });

  test('also where the file could not be had; another file that was is nothing to the point', async () => {
    meet();
    await fetch('autoexec.ipxe');
    await fetch('snponly.efi', 'refused');
    wait(1);
    expect(meet()[0]).toBe('ipxe.efi');
  });

  test('what worked is remembered, told once, and shown', async () => {
    for (const _boot of [1, 2]) {
      meet();
      await fetch('snponly.efi');
      await script();
      wait(3600);
    }
    expect(told()).toEqual([['firmware.worked', 'snponly.efi', 'boot-server']]);
    await services.close();
    expect(services.hosts.get('pc-01')).toMatchObject({
      firmware: 'auto',
      bootFiles: ['snponly.efi'],
    });
  });

  test('what has worked is given up at the second failure in a row only', async () => {
    meet();
    await fetch('snponly.efi');
    await script();
    const fail = async () => {
      wait(120);
      meet();
      await fetch('snponly.efi');
    };
    await fail();
    wait(120);
    expect(meet()[0]).toBe('snponly.efi');
    await fetch('snponly.efi');
    await script();
    await fail();
    await fail();
    wait(120);
    expect(meet()[0]).toBe('ipxe.efi');
  });

  test('repeated questions are one try', async () => {
    for (const after of [0, 4, 8, 17]) {
      wait(after);
      expect(meet()).toEqual(['snponly.efi', 'boot-server', 'all']);
    }
    expect(told()).toEqual([]);
  });

  test('a DISCOVER that two interfaces hear counts once', async () => {
    meet();
    await fetch('snponly.efi');
    wait(60);
    expect([meet()[0], meet()[0]]).toEqual(['ipxe.efi', 'ipxe.efi']);
    expect(told()).toHaveLength(1);
  });

  test('UEFI that takes an address and then asks nobody gets other kinds of answers', () => {
    const offers = [1, 2, 3, 4].map(() => {
      const [, offer] = meet();
      services.boots.sawAddress(mac, address);
      wait(40);
      return offer;
    });
    expect(offers).toEqual(['boot-server', 'direct', 'plain', 'boot-server']);
    expect(told()[0]).toEqual(['firmware.offer-failed', 'boot-server', 'direct']);
  });

  test('not where we are the DHCP server: its answers have one form', () => {
    const range = { subnet: '10.77.0.0/24', range: '10.77.0.100-10.77.0.200' };
    services.setSetting('dhcpSubnets', [range]);
    services.setSetting('dhcpMode', 'full');
    meet();
    services.boots.sawAddress(mac, address);
    wait(40);
    expect(meet()[1]).toBe('boot-server');
    expect(told()).toEqual([]);
  });

  test('UEFI that asks port 4011 and then fetches nothing, too', () => {
    meet();
    const answer: Answer = { type: 'ack', gives: 'boot-file', target: 'snponly.efi', stage: 'rom' };
    services.boots.answered(pc({ discovers: false }), answer);
    wait(10);
    expect(meet()[1]).toBe('direct');
  });

  test('a BIOS ROM that does the same keeps its file, and is not told of', () => {
    meet(bios);
    services.boots.sawAddress(mac, address);
    wait(40);
    expect(meet(bios)[0]).toBe('undionly.kpxe');
    expect(told()).toEqual([]);
  });

  test('PXE that fails and HTTP boot in the same run of the firmware', async () => {
    meet();
    await fetch('snponly.efi');
    wait(2);
    expect(meet(http)[0]).toBe('ipxe.efi');
    await services.boots.fetchesBootFile(address, 'ipxe.efi');
    await script();
    expect(told().map(([kind]) => kind)).toEqual(['firmware.file-failed', 'firmware.worked']);
  });

  test('BIOS and UEFI of one PC are two things', async () => {
    meet();
    await fetch('snponly.efi');
    wait(60);
    meet();
    await fetch('ipxe.efi');
    await script();
    meet(bios);
    await fetch('undionly.kpxe');
    await script();
    expect([meet(bios)[0], meet()[0]]).toEqual(['undionly.kpxe', 'ipxe.efi']);
    await services.close();
    expect(services.hosts.get('pc-01').bootFiles.sort()).toEqual(['ipxe.efi', 'undionly.kpxe']);
  });

  test('a choice is kept to, and a failure of it told; choosing again begins from the first', async () => {
    services.updateHost('pc-01', { firmware: 'ipxe' });
    meet();
    await fetch('ipxe.efi');
    wait(60);
    expect(meet()[0]).toBe('ipxe.efi');
    expect(told()).toEqual([['firmware.stuck', 'ipxe.efi', undefined]]);
    services.updateHost('pc-01', { firmware: 'auto' });
    expect(meet()[0]).toBe('snponly.efi');
  });

  test('`local` and `http`', () => {
    services.updateHost('pc-01', { firmware: 'local' });
    expect(meet()[2]).toBe('nothing');
    services.updateHost('pc-01', { firmware: 'http' });
    // PXE goes unanswered, which says nothing of our answers.
    meet();
    services.boots.sawAddress(mac, address);
    wait(40);
    expect(meet(http)).toEqual(['snponly.efi', 'boot-server', 'http-boot']);
    expect(told()).toEqual([]);
  });

  test('a file that is there no more is not waited for', () => {
    expect(meet()[0]).toBe('snponly.efi');
    fake.bootFiles.present = new Set(['ipxe.efi']);
    expect(meet()[0]).toBe('ipxe.efi');
  });

  test('another MAC is another machine; a removed host leaves nothing', async () => {
    meet();
    await fetch('snponly.efi');
    wait(60);
    meet();
    services.updateHost('pc-01', { mac: '525400000009' });
    services.updateHost('pc-01', { mac });
    expect(meet()[0]).toBe('snponly.efi');
    await services.removeHost('pc-01');
  });

  test('a PC in no list finds its way too, and keeps it when it is adopted', async () => {
    const stranger = '52:54:00:00:00:77';
    services.boots.sawAddress(stranger, '10.77.0.177');
    meet({ mac: stranger });
    await services.boots.transferred({
      ...{ address: '10.77.0.177', file: 'snponly.efi', sizeBytes: 1, durationMs: 1 },
      outcome: 'done',
    });
    wait(60);
    expect(meet({ mac: stranger })[0]).toBe('ipxe.efi');
    await services.boots.menuFor(stranger, '10.77.0.177');
    const { name } = services.adoption.adopt(stranger);
    await services.close();
    expect(services.hosts.get(name).bootFiles).toEqual(['ipxe.efi']);
  });

  test('a script asked for from elsewhere is no word for the way', async () => {
    meet();
    await fetch('snponly.efi');
    await services.boots.menuFor(mac, '10.77.0.66');
    wait(60);
    expect(meet()[0]).toBe('ipxe.efi');
    expect(told().map(([kind]) => kind)).toEqual(['firmware.file-failed']);
  });

  test('an iPXE in the ROM begins no try', () => {
    for (let boot = 0; boot < 5; boot++) {
      expect(meet({ ...bios, stage: 'ipxe' })[0]).toBe('undionly.kpxe');
      services.boots.sawAddress(mac, address);
      wait(100);
    }
    expect(told()).toEqual([]);
  });
});
