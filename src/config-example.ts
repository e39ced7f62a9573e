import { type ConfigKey, configKeys, configSchema, environmentName } from './config.ts';

const head = `# What cafeboot must know before its database is open. Each line here is the default; what is
# changed takes effect at the next start: systemctl restart cafeboot
# All else is a setting (cafeboot setting list) or in the console.
`;

/** The text of `/etc/cafeboot/cafeboot.toml` on a new server: every key, its default, commented out. */
export function renderExampleConfig(): string {
  return [head, ...configKeys.map(describeKey)].join('\n');
}

function describeKey(key: ConfigKey): string {
  const schema = configSchema.properties[key] as { description?: string; default?: unknown };
  const name = environmentName(key).replace('CAFEBOOT_', '').toLowerCase();
  return `# ${schema.description}\n#${name} = ${JSON.stringify(schema.default)}\n`;
}
