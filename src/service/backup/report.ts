import type { Manifest } from './manifest.ts';
import type { RestoredImage } from './restoration.ts';

/** What a restore has brought back, and what not. */
export interface RestoreReport {
  /** Of the backup, epoch milliseconds. */
  createdAt: number;
  hosts: number;
  entries: number;
  files: number;
  images: RestoredImage[];
  /** Files that were too large for the backup. */
  leftOut: Manifest['leftOut'];
}
