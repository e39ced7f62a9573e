import { treeResources } from '../../src/resources.ts';
import { createTools, type Tools } from '../../src/service/tools.ts';
import { shippedTools } from '../../src/templates.ts';

/** The tools that ship with the program, and those below `httpRoot`. A bad folder is an error. */
export function toolsBelow(httpRoot: string): Tools {
  return createTools({
    builtIn: shippedTools(treeResources()),
    httpRoot,
    onBad: (error) => {
      throw error;
    },
  });
}
