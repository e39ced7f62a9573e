import { basename } from 'node:path';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Files that take minutes, the longest first. */
const longest = ['install', 'server-vm', 'real-disks', 'first-boot', 'capture', 'boot-paths'];

const rank = ({ moduleId }: TestSpecification) => {
  const index = longest.indexOf(basename(moduleId, '.test.ts'));
  return index === -1 ? longest.length : index;
};

/**
 * Starts those first: a fresh clone knows nothing of earlier runs, and a long file that comes last leaves
 * a core idle.
 */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return (await super.sort(files)).sort((a, b) => rank(a) - rank(b));
  }
}
