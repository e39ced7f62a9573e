import { expect, test } from 'vitest';
import { packagePlace, renderLicences } from '../../../scripts/dist/packages.ts';
import { renderSbom } from '../../../scripts/dist/sbom.ts';

test.each([
  ['node_modules/a/lib/b.js', 'node_modules/a'],
  ['node_modules/@s/a/b.js', 'node_modules/@s/a'],
  ['node_modules/a/node_modules/@s/b/c.js', 'node_modules/a/node_modules/@s/b'],
  ['src/main.ts', undefined],
])('the package of %s', (path, place) => {
  expect(packagePlace(path)).toBe(place);
});

const packages = [
  {
    name: 'node',
    version: '26.10.0',
    license: 'MIT',
    texts: ['Node text\n'],
    integrity: undefined,
  },
  {
    name: '@s/a',
    version: '1.2.3',
    license: 'MIT',
    texts: [],
    integrity: `sha512-${Buffer.from('ab').toString('base64')}`,
  },
];

test('the licences name each package, also one that brings no text', () => {
  const text = renderLicences(packages);
  expect(text).toContain('node 26.10.0 (MIT)\n==================\n\nNode text\n');
  expect(text).toContain('@s/a 1.2.3 (MIT)');
});

test('the bill of materials tells where each is from, and nothing of the day it was made', () => {
  const sbom = JSON.parse(renderSbom({ version: '0.1.0', commit: 'abc' }, packages));
  expect(sbom).toMatchObject({ bomFormat: 'CycloneDX', specVersion: '1.6' });
  expect(sbom.components).toMatchObject([
    { name: 'node', purl: 'pkg:generic/node@26.10.0', type: 'platform' },
    { purl: 'pkg:npm/%40s/a@1.2.3', hashes: [{ alg: 'SHA-512', content: '6162' }] },
  ]);
  expect(sbom).not.toHaveProperty('serialNumber');
  expect(sbom.metadata).not.toHaveProperty('timestamp');
});
