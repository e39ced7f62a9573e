import type { BuildInfo } from '../../src/build-info.ts';
import type { ShippedPackage } from './packages.ts';

/** A bill of materials in CycloneDX's JSON: what is in the binary. No serial number and no date: same input, same text. */
export function renderSbom(
  { version, commit }: BuildInfo,
  packages: readonly ShippedPackage[],
): string {
  const sbom = {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: {
      component: {
        type: 'application',
        'bom-ref': `cafeboot@${version}`,
        name: 'cafeboot',
        version,
        licenses: [{ license: { id: 'Apache-2.0' } }],
        ...(commit !== null && { properties: [{ name: 'commit', value: commit }] }),
      },
    },
    components: packages.map(toComponent),
  };
  return `${JSON.stringify(sbom, null, 2)}\n`;
}

function toComponent({ name, version, license, integrity }: ShippedPackage) {
  const purl = integrity === undefined ? `pkg:generic/${name}` : `pkg:npm/${encodeName(name)}`;
  return {
    type: integrity === undefined ? 'platform' : 'library',
    'bom-ref': `${name}@${version}`,
    name,
    version,
    purl: `${purl}@${version}`,
    licenses: [{ expression: license }],
    ...(integrity !== undefined && { hashes: [toHash(integrity)] }),
  };
}

/** A purl has the scope's `@` escaped. */
const encodeName = (name: string) => name.replace('@', '%40');

function toHash(integrity: string) {
  const [, base64 = ''] = integrity.split('sha512-');
  return { alg: 'SHA-512', content: Buffer.from(base64, 'base64').toString('hex') };
}
