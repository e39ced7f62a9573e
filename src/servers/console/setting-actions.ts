import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { CafebootError, hasCode } from '../../errors.ts';
import { admin } from '../../http/access.ts';
import { typed } from '../../http/typed.ts';
import type { ConsoleKit } from './kit.ts';
import { bySetting, settingForm } from './setting-forms.ts';
import { readSettingValue } from './setting-values.ts';
import { findSettingRow, type SettingRow } from './setting-view.ts';

/** One setting each: saved, or back to its default. The answer is its row as it is then. */
export function addSettingActions(app: FastifyInstance, kit: ConsoleKit): void {
  const { services } = kit;
  const console = typed(app);

  function getRow(key: string): SettingRow {
    const hasImages = services.images.list().length > 0;
    const row = findSettingRow(key, { settings: services.settings.get(), hasImages });
    if (!row) throw new CafebootError('not_found', { kind: 'setting', name: key });
    return row;
  }

  /** Limits that must rise are named by what the page calls them. */
  function inWords(request: FastifyRequest, error: unknown): unknown {
    if (!hasCode(error, 'invalid_value') || error.context.reasonCode !== 'order') return error;
    const { text } = kit.translator(request);
    const keys = String(error.context.order).split(' < ');
    const order = keys.map((key) => text(`setting:${key}.label`)).join(' < ');
    return new CafebootError('invalid_value', { ...error.context, order }, { cause: error });
  }

  function change(request: FastifyRequest, reply: FastifyReply, key: string, work: () => void) {
    try {
      work();
    } catch (error) {
      throw inWords(request, error);
    }
    const row = getRow(key);
    const t = kit.translate(request);
    const label = kit.translator(request).text(`setting:${key}.label`);
    const saved = {
      'at-once': t('settings:saved.at-once', { label }),
      'next-boot': t('settings:saved.next-boot', { label }),
      restart: t('settings:saved.restart', { label }),
    };
    kit.toast(reply, 'success', saved[row.effect]);
    return kit.fragment(request, reply, 'settings/row.njk', { row, isSaved: true });
  }

  console.post(
    '/settings/:key',
    { ...admin, schema: { params: bySetting, body: settingForm } },
    async (request, reply) => {
      const { key } = request.params;
      const value = readSettingValue(getRow(key), request.body);
      return change(request, reply, key, () => services.setSetting(key, value));
    },
  );

  console.post(
    '/settings/:key/reset',
    { ...admin, schema: { params: bySetting } },
    async (request, reply) => {
      const { key } = request.params;
      return change(request, reply, key, () => services.resetSetting(key));
    },
  );
}
