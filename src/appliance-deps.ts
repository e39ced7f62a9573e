import type { Logger } from 'pino';
import type { RenderScript, RenderTemplate } from './boot/script.ts';
import type { Config } from './config.ts';
import type { Translator } from './i18n/translate.ts';
import type { Shipped } from './shipped.ts';

/** What the composition root makes for the parts below it. */
export interface ApplianceDeps {
  config: Config;
  /** Files that ship with the program. */
  shipped: Shipped;
  version: string;
  translator: Translator;
  renderScript: RenderScript;
  renderTemplate: RenderTemplate;
  log: Logger;
}
