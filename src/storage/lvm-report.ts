/** A logical volume as `lvs` reports it; sizes in bytes. */
export interface LvmVolume {
  name: string;
  /** `lv_attr`: type, permissions, allocation, fixed minor, state, open, ... (lvs(8)). */
  attributes: string;
  tags: string[];
  sizeBytes: number;
  /** Thin pool it takes its space from; empty for none. */
  pool: string;
  origin: string;
  /** Of a thin volume, in its pool's metadata; 0 for others. */
  thinId: number;
  /** 0..100 of `sizeBytes`, or of the pool's space; 0 where lvm cannot tell, as of an inactive volume. */
  dataPercent: number;
  metadataPercent: number;
  metadataSizeBytes: number;
  chunkSizeBytes: number;
  isActive: boolean;
  isOpen: boolean;
  /** Of a thin pool: whether it fails writes when it is full, rather than have them wait. */
  failsWhenFull: boolean;
  /** Of its volume group. */
  groupFreeBytes: number;
  extentSizeBytes: number;
}

/** `-o` of the report that `parseVolumes` reads. */
export const volumeFields = [
  'lv_name',
  'lv_attr',
  'lv_tags',
  'lv_size',
  'pool_lv',
  'origin',
  'thin_id',
  'data_percent',
  'metadata_percent',
  'lv_metadata_size',
  'chunk_size',
  'lv_when_full',
  'vg_free',
  'vg_extent_size',
].join(',');

/** A volume group; sizes in bytes. */
export interface VolumeGroup {
  name: string;
  sizeBytes: number;
  freeBytes: number;
  extentSizeBytes: number;
  /** Of the space for lvm's own description, which grows with every volume. */
  descriptionSizeBytes: number;
  descriptionFreeBytes: number;
}

export const groupFields = [
  'vg_name',
  'vg_size',
  'vg_free',
  'vg_extent_size',
  'vg_mda_size',
  'vg_mda_free',
].join(',');

type Row = Record<string, string>;

/** Rows of one report in lvm's JSON (`--reportformat json --units b --nosuffix`): every value is text. */
function rows(text: string, kind: 'lv' | 'vg' | 'pv'): Row[] {
  const { report } = JSON.parse(text) as { report: Partial<Record<string, Row[]>>[] };
  return report.flatMap((part) => part[kind] ?? []);
}

export function parseVolumes(text: string): LvmVolume[] {
  return rows(text, 'lv').map((row) => {
    const attributes = row.lv_attr ?? '';
    return {
      name: row.lv_name ?? '',
      attributes,
      tags: (row.lv_tags ?? '').split(',').filter(Boolean),
      sizeBytes: Number(row.lv_size),
      pool: row.pool_lv ?? '',
      origin: row.origin ?? '',
      thinId: Number(row.thin_id),
      dataPercent: Number(row.data_percent),
      metadataPercent: Number(row.metadata_percent),
      metadataSizeBytes: Number(row.lv_metadata_size),
      chunkSizeBytes: Number(row.chunk_size),
      isActive: attributes[4] === 'a',
      isOpen: attributes[5] === 'o',
      failsWhenFull: row.lv_when_full === 'error',
      groupFreeBytes: Number(row.vg_free),
      extentSizeBytes: Number(row.vg_extent_size),
    };
  });
}

export function parseGroups(text: string): VolumeGroup[] {
  return rows(text, 'vg').map((row) => ({
    name: row.vg_name ?? '',
    sizeBytes: Number(row.vg_size),
    freeBytes: Number(row.vg_free),
    extentSizeBytes: Number(row.vg_extent_size),
    descriptionSizeBytes: Number(row.vg_mda_size),
    descriptionFreeBytes: Number(row.vg_mda_free),
  }));
}

/** Disks that a group's volumes are on, as `pvs -o pv_name,vg_name` reports them; one that is missing is `[unknown]`. */
export function parseDisks(text: string, group: string): string[] {
  return rows(text, 'pv')
    .filter((row) => row.vg_name === group)
    .map((row) => row.pv_name ?? '');
}
