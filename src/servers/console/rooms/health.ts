import { admin } from '../../../http/access.ts';
import { typed } from '../../../http/typed.ts';
import en from '../../../i18n/console/health.en.json' with { type: 'json' };
import zh from '../../../i18n/console/health.zh-CN.json' with { type: 'json' };
import { sortFindings } from '../checkup.ts';
import type { Room } from '../room.ts';

/** What this server and its surroundings are like, and what to do where it is not well. */
export const health: Room = {
  name: 'health',
  texts: { en, 'zh-CN': zh },
  nav: { href: '/health', icon: 'heart-rate-monitor', access: 'admin', order: 70 },
  addRoutes(app, { page, fragment, checkup }) {
    const console = typed(app);
    console.get('/health', admin, async (request, reply) =>
      page(request, reply, 'health/health.njk'),
    );
    console.get('/health/findings', admin, async (request, reply) => {
      const result = await checkup.run();
      const values = { at: result.at, ...sortFindings(result) };
      return fragment(request, reply, 'health/findings.njk', values);
    });
  },
};
