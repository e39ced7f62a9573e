import type { Command } from 'commander';
import { CafebootError } from '../errors.ts';
import type { Image } from '../service/images.ts';
import type { RemovedVersion } from '../service/version-removal.ts';
import { pathTo } from './client.ts';
import type { CliContext } from './context.ts';
import { findSize, toSize, toTable } from './print.ts';

/** `cafeboot image versions|publish|rollback|discard-draft|remove-version|prune|grow`: an image's life. */
export function addVersionCommands(image: Command, context: CliContext): void {
  const show = ({ versions, draft, published, ...rest }: Image) => {
    if (context.json()) {
      return context.print(JSON.stringify({ ...rest, published, versions, draft }));
    }
    const rows = versions.map(({ number, note, sizeBytes, createdAt }) => ({
      version: `${number === published ? '*' : ' '} ${number}`,
      size: toSize(sizeBytes),
      made: toTime(createdAt),
      note,
    }));
    const ofDraft = draft && {
      version: '  draft',
      size: toSize(draft.sizeBytes),
      made: toTime(draft.createdAt),
      note: `of ${draft.base}`,
    };
    return context.print(
      toTable([...rows, ...(ofDraft ? [ofDraft] : [])], ['version', 'size', 'made', 'note']),
    );
  };
  const path = (...parts: string[]) => pathTo('images', ...parts);
  const change = (method: 'GET' | 'POST' | 'DELETE', where: string, body?: object) =>
    context.withApi(async (api) => show((await api(method, where, body)) as Image));

  image
    .command('versions <image>')
    .description('its versions, the published one marked, and its draft')
    .action((name: string) => change('GET', path(name)));

  image
    .command('publish <image>')
    .description('make the draft the next version, which every PC gets at its next boot')
    .option('--note <text>', 'what was changed')
    .action((name: string, { note }: { note?: string }) =>
      change('POST', path(name, 'publish'), note === undefined ? {} : { note }),
    );

  image
    .command('rollback <image> <version>')
    .description('publish another version again')
    .action((name: string, version: string) =>
      change('POST', path(name, 'rollback'), { version: Number(version) }),
    );

  image
    .command('discard-draft <image>')
    .description('throw away what was changed since the last version')
    .action((name: string) => change('DELETE', path(name, 'draft')));

  image
    .command('remove-version <image> <version>')
    .description('remove a version that nothing needs')
    .action((name: string, version: string) => change('DELETE', path(name, 'versions', version)));

  image
    .command('prune [image]')
    .description(
      'remove old versions that nobody uses, but for as many as the setting versionsKept says',
    )
    .action((name?: string) =>
      context.withApi(async (api) => {
        const body = name === undefined ? {} : { image: name };
        const removed = (await api('POST', path('prune'), body)) as RemovedVersion[];
        if (context.json()) return context.print(JSON.stringify(removed));
        const rows = removed.map(({ image: of, number, sizeBytes, createdAt }) => ({
          image: of,
          version: number,
          size: toSize(sizeBytes),
          made: toTime(createdAt),
        }));
        context.print(toTable(rows, ['image', 'version', 'size', 'made']));
      }),
    );

  image
    .command('grow <image>')
    .description('make the draft larger; publish it for everybody to get it')
    .requiredOption('--size <size>', 'new capacity, such as 80G')
    .action((name: string, { size }: { size: string }) => {
      const sizeBytes = findSize(size);
      if (!sizeBytes) throw new CafebootError('invalid_value', { field: '--size', value: size });
      return change('POST', path(name, 'grow'), { sizeBytes });
    });
}

const toTime = (at: number) => new Date(at).toISOString().slice(0, 16).replace('T', ' ');
