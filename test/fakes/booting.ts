import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createScriptRenderer } from '../../src/boot/script.ts';
import { treeResources } from '../../src/resources.ts';
import { readScriptTemplates } from '../../src/templates.ts';

/** Our own scripts, where PCs of a fake cafe find it, and a folder for its uploads. */
export const fakeBooting = {
  renderScript: createScriptRenderer(readScriptTemplates(treeResources())),
  uploadsDir: join(tmpdir(), `cafeboot-fake-uploads-${process.pid}`),
  findBootServer: () => ({
    server: '10.77.0.1',
    baseUrl: 'http://10.77.0.1:8080',
    iscsiPort: 3260,
  }),
};
