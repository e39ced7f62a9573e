import { viewer } from '../../../http/access.ts';
import { typed } from '../../../http/typed.ts';
import en from '../../../i18n/console/api.en.json' with { type: 'json' };
import zh from '../../../i18n/console/api.zh-CN.json' with { type: 'json' };
import chineseSummaries from '../../../i18n/route-summaries.zh-CN.json' with { type: 'json' };
import { toApiGroups } from '../api-view.ts';
import type { Room } from '../room.ts';

const chinese: Readonly<Record<string, string>> = chineseSummaries;

/** What programs can do, to read: every route of the REST API, out of its OpenAPI document. */
export const api: Room = {
  name: 'api',
  texts: { en, 'zh-CN': zh },
  addRoutes(app, kit) {
    typed(app).get('/api-docs', viewer, async (request, reply) => {
      const isChinese = kit.languageOf(request) === 'zh-CN';
      const groups = toApiGroups(kit.describeApi()).map(({ tag, operations }) => ({
        tag,
        operations: operations.map((operation) => {
          const said = chinese[`${operation.method} ${operation.path}`];
          return isChinese && said !== undefined ? { ...operation, summary: said } : operation;
        }),
      }));
      const server = `${request.protocol}://${request.host}`;
      return kit.page(request, reply, 'api/api.njk', { groups, server, host: request.host });
    });
  },
};
