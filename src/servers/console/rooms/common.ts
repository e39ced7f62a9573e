import en from '../../../i18n/console/common.en.json' with { type: 'json' };
import zh from '../../../i18n/console/common.zh-CN.json' with { type: 'json' };
import type { Room } from '../room.ts';

/** Texts that several rooms show; it has no page. */
export const common: Room = { name: 'common', texts: { en, 'zh-CN': zh } };
