import { type Screen, screens } from './screens.ts';

/** The window that a picture is taken of. */
export interface Frame {
  width: number;
  height: number;
  theme: 'light' | 'dark';
  language: 'en' | 'zh-CN';
}

/** One picture, and the name of its file. */
export interface Picture {
  screen: Screen;
  frame: Frame;
  file: string;
}

const sizes = [
  { width: 360, height: 740 },
  { width: 1440, height: 900 },
  { width: 2560, height: 1440 },
];
const themes = ['light', 'dark'] as const;
const languages = ['en', 'zh-CN'] as const;

/** Every page whose name begins with `only`, in all sizes, themes and languages. */
export function allPictures(only: string): Picture[] {
  const frames = themes.flatMap((theme) =>
    languages.flatMap((language) => sizes.map((size) => ({ ...size, theme, language }))),
  );
  return frames.flatMap((frame) =>
    screens
      .filter(({ name }) => name.startsWith(only))
      .map((screen) => ({
        screen,
        frame,
        file: `${screen.name}-${frame.width}-${frame.theme}-${frame.language}.png`,
      })),
  );
}

/** Height is cut where a page begins to repeat itself: a README loads all of them at once. */
const ofDocs: Record<string, { height: number; change?: Partial<Screen> }> = {
  overview: { height: 900 },
  // One that has stopped: it says where, and what to do.
  host: { height: 700, change: { path: '/hosts/pc-002' } },
  image: { height: 860 },
  'setup-check': { height: 600 },
};

/** Those that README.md (English) and README.zh-CN.md (Chinese) show. */
export function docPictures(): Picture[] {
  return Object.entries(ofDocs).flatMap(([name, { height, change }]) => {
    const screen = screens.find((each) => each.name === name);
    if (!screen) throw new Error(`there is no screen ${name}`);
    return languages.map((language) => ({
      screen: { ...screen, ...change, isWhole: false },
      frame: { width: 1440, height, theme: 'light' as const, language },
      file: `${name}.${language}.png`,
    }));
  });
}
