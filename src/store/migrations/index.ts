import { first } from './0001-first.ts';
import { chap } from './0002-chap.ts';
import { imageLife } from './0003-image-life.ts';
export const migrations: readonly string[] = [first, chap, imageLife, imageLife2, poolSamples];
