import type { Services } from '../../service/services.ts';

/** The menu that a host would get now; without one, that of a PC that is in no list. */
export async function readPreview({ menuPreviews }: Services, host?: string) {
  const { menu, ...preview } = await menuPreviews.preview(host);
  return {
    ...preview,
    menu: menu && {
      ...{ title: menu.title, isShown: menu.isShown },
      seconds: Math.round(menu.timeoutMs / 1_000),
      items: menu.items.map((item) => ({ ...item, isDefault: item.label === menu.defaultItem })),
    },
  };
}
