import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createFakeServices, type FakeServices } from '../../fakes/services.ts';

describe('PCs in no list', () => {
  let fake: FakeServices;
  let services: FakeServices['services'];

  beforeEach(async () => {
    fake = await createFakeServices();
    services = fake.services;
    services.setSetting('hostFirstAddress', '10.77.0.11');
  });
  afterEach(async () => {
    await services.close();
    await fake.volumes.cleanUp();
  });

  const mac = (number: number) => `52:54:00:00:00:0${number}`;
  const see = (number: number) => {
    services.unknownHosts.saw(mac(number), 7, 'PXEClient');
    fake.clock.now += 1000;
  };
  const names = () => services.hosts.list().map(({ name, ip }) => [name, ip]);

  test('by name, by number, or by the next number; they are unknown no more', () => {
    for (const number of [1, 2, 3]) see(number);
    services.adoption.adopt(mac(1), '前台');
    services.adoption.adopt('5254.0000.0002', '7');
    services.adoption.adopt(mac(3));
    expect(names()).toEqual([
      ['pc-001', '10.77.0.11'],
      ['pc-007', '10.77.0.17'],
      ['前台', null],
    ]);
    expect(services.unknownHosts.list()).toEqual([]);
  });

  test('all at once, numbered in the order in which they were switched on first', () => {
    services.addHost({ name: 'pc-002', mac: mac(9) });
    for (const number of [3, 1, 2, 3]) see(number);
    const adopted = services.adoption.adoptAll().map((host) => [host.mac, host.name]);
    expect(adopted).toEqual([
      [mac(3), 'pc-001'],
      [mac(1), 'pc-003'],
      [mac(2), 'pc-004'],
    ]);
    expect(services.adoption.adoptAll()).toEqual([]);
  });

  test('a name, number or MAC that is taken is refused; so is a plan that is used up', () => {
    services.adoption.adopt(mac(1), '1');
    for (const again of ['1', 'PC-001', '001']) {
      expect(() => services.adoption.adopt(mac(2), again)).toThrow(/already_exists/);
    }
    expect(() => services.adoption.adopt(mac(1), 'other')).toThrow(/already_exists/);
    expect(() => services.adoption.adopt(mac(2), 'a;b')).toThrow(/invalid_value/);
    services.setSetting('hostPrefix', 'x');
    services.setSetting('hostDigits', 1);
    for (let number = 1; number <= 9; number++) {
      services.addHost({ name: `x${number}`, mac: `52:54:00:00:01:0${number}` });
    }
    expect(() => services.adoption.adopt(mac(2))).toThrow(/no_number_left/);
  });

  test('typed at the PC, with the code of now', () => {
    const { boots, oneTimeCode } = services;
    const typed = { name: '5', source: '10.77.0.150' };
    expect(() => boots.adoptAt(mac(1), { ...typed, code: '1' })).toThrow(/wrong_code/);
    expect(names()).toEqual([]);
    const { code } = oneTimeCode.get();
    expect(boots.adoptAt(mac(1), { ...typed, code })).toMatchObject({ name: 'pc-005' });
    expect(boots.adoptAt(mac(2), { ...typed, name: ' ', code })).toMatchObject({ name: 'pc-001' });
  });

  test('`unknownHosts: adopt` numbers a PC when it asks for its script, from where it is', async () => {
    services.setSetting('unknownHosts', 'adopt');
    expect(await services.boots.menuFor(mac(1), '10.77.0.150')).toEqual({ kind: 'unknown' });
    fake.neighbours.set('10.77.0.150', mac(1));
    const ask = () => services.boots.menuFor(mac(1), '10.77.0.150');
    const [plan] = await Promise.all([ask(), ask()]);
    expect(plan).toMatchObject({ kind: 'menu', host: { name: 'pc-001', mac: mac(1) } });
    services.setSetting('hostDigits', 1);
    for (let number = 1; number <= 9; number++) {
      services.addHost({ name: `pc-${number}`, mac: `52:54:00:00:01:0${number}` });
    }
    fake.neighbours.set('10.77.0.151', mac(2));
    expect(await services.boots.menuFor(mac(2), '10.77.0.151')).toEqual({ kind: 'unknown' });
  });

  test.each([
    ['hostFirstAddress', '10.77.0.256'],
    ['hostFirstAddress', '10.77.0'],
    ['hostDigits', 0],
    ['hostPrefix', '; reboot'],
  ])('%s cannot be %s', (key, value) => {
    expect(() => services.setSetting(key, value)).toThrow(/invalid_value/);
  });
});
