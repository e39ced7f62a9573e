import { CafebootError } from '../errors.ts';
import type { Store } from '../store/store.ts';
import {
  isSecretSetting,
  isStorageSetting,
  type Settings,
  withoutSecrets,
} from './setting-list.ts';
import type { SettingsService } from './settings.ts';
import type { Timeline } from './timeline.ts';

export interface SettingChangeDeps {
  store: Store;
  settings: SettingsService;
  timeline: Timeline;
}

/** Settings that people change, told in the timeline. */
export function createSettingChanges({ store, settings, timeline }: SettingChangeDeps) {
  /** Images would stay behind in the pool that they are in. */
  function refuseToMovePool(key: string): void {
    if (isStorageSetting(key) && store.images.list().length > 0) {
      throw new CafebootError('pool_in_use', { field: key });
    }
  }

  /** A draft's target has the prefix in its name, and would be taken from the PC that has it. */
  function refuseUnderEditor(key: string): void {
    if (key !== 'targetPrefix') return;
    const isEdited = store.entries.list().some(({ editorHostId }) => editorHostId !== null);
    if (isEdited || store.captures.exported().length > 0) {
      throw new CafebootError('drafts_in_use', { field: key });
    }
  }

  function refuse(key: string): void {
    refuseToMovePool(key);
    refuseUnderEditor(key);
  }

  return {
    /** As it may be shown. Throws `not_found`. */
    getSetting(key: string): unknown {
      const shown = Object.entries(withoutSecrets(settings.get())).find(([each]) => each === key);
      if (!shown) throw new CafebootError('not_found', { kind: 'setting', name: key });
      return shown[1];
    },
    setSetting(key: string, value: unknown): Settings {
      refuse(key);
      const result = settings.set(key, value);
      const shown = isSecretSetting(key) ? '***' : JSON.stringify(value);
      timeline.record({ kind: 'setting.changed', data: { key, value: shown } });
      return withoutSecrets(result);
    },
    resetSetting(key: string): Settings {
      refuse(key);
      const result = settings.reset(key);
      timeline.record({ kind: 'setting.changed', data: { key, value: 'default' } });
      return withoutSecrets(result);
    },
  };
}
