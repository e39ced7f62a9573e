import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { run } from '../../../src/storage/exec.ts';
import type { Appliance } from '../appliance.ts';
import { python, server, startThriftLab, type ThriftLab } from './lab.ts';

const tlsPort = 9443;

let lab: ThriftLab;
let appliance: Appliance;

/** An authority, a key and certificate of it for the server and for a caller, and a stranger's own. */
async function makeCertificates(directory: string) {
  const path = (name: string) => join(directory, name);
  const openssl = (...args: string[]) => run('openssl', args);
  const days = ['-days', '2', '-nodes', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256'];
  const selfSigned = async (name: string) =>
    openssl(
      'req',
      '-x509',
      ...days,
      '-subj',
      `/CN=${name}`,
      '-keyout',
      path(`${name}.key`),
      '-out',
      path(`${name}.pem`),
    );
  await selfSigned('ca');
  await selfSigned('stranger');
  for (const name of ['server', 'caller']) {
    const files = ['-keyout', path(`${name}.key`), '-out', path(`${name}.csr`)];
    await openssl('req', ...days.slice(2), '-subj', `/CN=${name}`, ...files);
    await writeFile(path(`${name}.ext`), `subjectAltName=IP:${server}\n`);
    await openssl(
      ...[
        'x509',
        '-req',
        '-days',
        '2',
        '-in',
        path(`${name}.csr`),
        '-extfile',
        path(`${name}.ext`),
      ],
      ...[
        '-CA',
        path('ca.pem'),
        '-CAkey',
        path('ca.key'),
        '-CAcreateserial',
        '-out',
        path(`${name}.pem`),
      ],
    );
  }
  return path;
}
let certificate: (name: string) => string;

beforeAll(async () => {
  lab = await startThriftLab();
  certificate = await makeCertificates(lab.directory);
  appliance = await lab.start([
    ...['--thrift-tls-port', String(tlsPort)],
    ...['--thrift-tls-key', certificate('server.key')],
    ...['--thrift-tls-cert', certificate('server.pem')],
    ...['--thrift-tls-ca', certificate('ca.pem')],
  ]);
  await appliance.api('PUT', '/settings/thriftCallers', { value: ['10.78.0.2'] });
});
afterAll(() => lab.destroy());

const refusals = async () => {
  const events = (await appliance.api('GET', '/events')) as { kind: string; data: object }[];
  return events.filter(({ kind }) => kind === 'thrift.refused').map(({ data }) => data);
};

describe('who may call', () => {
  test('nobody but those listed: others get a closed connection, told once', async () => {
    const ask = () => lab.ask([{ ping: true }], { from: lab.nodes.stranger });
    for (let call = 0; call < 3; call += 1) {
      expect(await ask()).toMatchObject([{ failed: 'TTransportException' }]);
    }
    expect(await refusals()).toEqual([{ address: '10.78.0.3' }]);
    await appliance.api('PUT', '/settings/thriftCallers', { value: ['10.78.0.0/30'] });
    expect(await ask()).toMatchObject([{ pong: 'pong' }]);
  });

  test('over TLS, those with a certificate of ours, from TLS 1.2 on', async () => {
    const ask = (key: string, cert: string) =>
      lab.ask([{ ping: true }], {
        port: tlsPort,
        tls: [
          key === '-' ? key : certificate(key),
          cert === '-' ? cert : certificate(cert),
          certificate('ca.pem'),
        ],
      });
    expect(await ask('caller.key', 'caller.pem')).toMatchObject([{ pong: 'pong' }]);
    expect(await ask('-', '-')).toMatchObject([{ failed: expect.any(String) }]);
    expect(await ask('stranger.key', 'stranger.pem')).toMatchObject([
      { failed: expect.any(String) },
    ]);
    const plain = await lab.ask([{ ping: true }], { port: tlsPort });
    expect(plain).toMatchObject([{ failed: expect.any(String) }]);
  });
});

describe('hostile callers', () => {
  const calls = 20;
  const limitMs = 100;

  test.each(['half-open', 'garbage', 'slow', 'frames', 'reset', 'deaf'])(
    '%s: one that behaves is answered beside them, and memory stays bounded',
    async (kind) => {
      const before = appliance.residentBytes();
      const hostile = lab.nodes.stranger.spawn([
        ...([python, lab.script('abuse.py')] as const),
        ...[server, '9090', kind],
      ]);
      await hostile.waitFor(/at it/, 30_000);
      await sleep(1_000);
      const answers = await lab.ask(Array.from({ length: calls }, () => ({ ping: true as const })));
      expect(answers).toHaveLength(calls);
      const times = answers.map(({ ms }) => ms);
      expect(answers.every(({ pong }) => pong === 'pong')).toBe(true);
      expect(Math.max(...times)).toBeLessThan(limitMs);
      const grownBytes = appliance.residentBytes() - before;
      await hostile.stop();
      expect(grownBytes).toBeLessThan(100 * 1024 ** 2);
    },
  );

  test('they left nothing behind', async () => {
    await expect
      .poll(
        async () => {
          const { stdout } = await lab.nodes.server.exec(['ss', '-Htn', 'sport', '=', ':9090']);
          return stdout;
        },
        { timeout: 10_000 },
      )
      .toBe('');
    expect(await lab.ask([{ ping: true }])).toMatchObject([{ pong: 'pong' }]);
  });
});
