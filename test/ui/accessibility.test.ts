import { createRequire } from 'node:module';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startUiConsole, type UiConsole } from './console.ts';
import { screens } from './screens.ts';

const axePath = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

interface Violation {
  id: string;
  impact: string;
  nodes: { target: string[] }[];
}

describe('everybody can use it', () => {
  let ui: UiConsole;
  beforeAll(async () => {
    ui = await startUiConsole();
    await ui.seedHosts(4);
    await ui.api('POST', '/images', { name: 'win11', kind: 'os', sizeBytes: 1024 ** 2 });
    await ui.api('POST', '/entries', { name: 'win11', os: 'win11' });
    // Makes a draft.
    await ui.api('POST', '/images/win11/grow', { sizeBytes: 2 * 1024 ** 2 });
  });
  afterAll(() => ui.stop());

  test.each(['light', 'dark'] as const)(
    'axe finds nothing serious on any page, %s',
    async (theme) => {
      const options = { bypassCSP: true, colorScheme: theme, reducedMotion: 'reduce' } as const;
      const nobody = await ui.open(options);
      const admin = await ui.loginAs('admin', options);
      for (const screen of screens.filter((each) => each.as !== 'first-run' && !each.examines)) {
        const { page } = screen.as === 'admin' ? admin : nobody;
        await page.goto(screen.path);
        await screen.prepare?.(page);
        await page.addScriptTag({ path: axePath });
        const violations = (await page.evaluate(
          'axe.run().then((found) => found.violations)',
        )) as Violation[];
        const serious = violations
          .filter(({ impact }) => impact === 'serious' || impact === 'critical')
          .map(
            ({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).join(', ')}`,
          );
        expect(serious, screen.name).toEqual([]);
      }
    },
  );
});
