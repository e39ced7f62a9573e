import { createScriptRenderer } from '../../src/boot/script.ts';
import { treeResources } from '../../src/resources.ts';
import { readScriptTemplates } from '../../src/templates.ts';

/** Our own scripts, and where PCs of a fake cafe find it. */
export const fakeBooting = {
  renderScript: createScriptRenderer(readScriptTemplates(treeResources())),
  findBootServer: () => ({
    server: '10.77.0.1',
    baseUrl: 'http://10.77.0.1:8080',
    iscsiPort: 3260,
  }),
};
