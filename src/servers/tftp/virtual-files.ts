import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { RenderScript } from '../../boot/script.ts';
import type { FindVirtual } from './requests.ts';

export interface VirtualFileDeps {
  renderScript: RenderScript;
  /** A file that the administrator put there comes first. */
  tftpRoot: string;
  httpPort: number;
}

/**
 * `autoexec.ipxe`: an iPXE of UEFI from 2022 on that was not built for us looks for it where it was
 * loaded from, and runs it. So a stock ipxe.efi or snponly.efi goes straight to its script.
 */
export function createVirtualFiles({
  renderScript,
  tftpRoot,
  httpPort,
}: VirtualFileDeps): FindVirtual {
  return async (path, serverAddress) => {
    if (path !== 'autoexec.ipxe') return undefined;
    const own = await stat(join(tftpRoot, path)).catch(() => undefined);
    if (own) return undefined;
    const baseUrl = `http://${serverAddress}:${httpPort}`;
    return Buffer.from(renderScript('autoexec', { server: serverAddress, baseUrl }));
  };
}
