import type { Logger } from 'pino';
import type { RenderScript, RenderTemplate } from './boot/script.ts';
import type { Config } from './config.ts';
import type { Translator } from './i18n/translate.ts';
import type { Resources } from './resources.ts';

/** What the composition root makes for the parts below it. */
export interface ApplianceDeps {
  config: Config;
  version: string;
  translator: Translator;
  /** Files that ship with the program. */
  resources: Resources;
  renderScript: RenderScript;
  renderTemplate: RenderTemplate;
  log: Logger;
}
