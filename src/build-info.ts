import packageJson from '../package.json' with { type: 'json' };

/** Which program this is. */
export interface BuildInfo {
  version: string;
  /** The commit that it was built from; null in the tree, where it is whatever lies there. */
  commit: string | null;
}

/** `make dist` puts it in the place of this name. */
declare const CAFEBOOT_BUILD: BuildInfo | undefined;

/** Of this program. */
export const buildInfo: BuildInfo =
  typeof CAFEBOOT_BUILD === 'undefined'
    ? { version: packageJson.version, commit: null }
    : CAFEBOOT_BUILD;

/** For `--version`: version, commit and Node. */
export function describeBuild({ version, commit }: BuildInfo, nodeVersion: string): string {
  return `${version} (${commit === null ? '' : `commit ${commit}, `}Node ${nodeVersion})`;
}
