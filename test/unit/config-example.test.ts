import { parse } from 'smol-toml';
import { expect, test } from 'vitest';
import { configKeys, loadConfig } from '../../src/config.ts';
import { renderExampleConfig } from '../../src/config-example.ts';

test('the example changes nothing, and each of its lines is what holds without it', async () => {
  const text = renderExampleConfig();
  expect(parse(text)).toEqual({});
  const lines = text.split('\n').filter((line) => /^#[a-z]/.test(line));
  expect(lines).toHaveLength(configKeys.length);
  const said = Object.values(parse(lines.map((line) => line.slice(1)).join('\n')));
  const config = await loadConfig({ flags: {}, environment: {} });
  expect(said).toEqual(configKeys.map((key) => config[key]));
});
