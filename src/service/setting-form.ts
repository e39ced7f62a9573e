import {
  isSecretSetting,
  isStorageSetting,
  type SettingKey,
  settingsSchema,
} from './setting-list.ts';
import { type SettingMeta, settingMeta } from './setting-meta.ts';

/** What is put in: a field, a switch, a choice, a list of texts, or a list of objects. */
export type SettingType = 'text' | 'integer' | 'boolean' | 'choice' | 'texts' | 'objects';

/** One field of the settings' form. Its texts are `setting.<key>.label` and `.help`. */
export interface SettingField extends SettingMeta {
  key: SettingKey;
  type: SettingType;
  default: unknown;
  minimum?: number;
  maximum?: number;
  maxLength?: number;
  /** Of a list. */
  maxItems?: number;
  /** Of a choice; each has a text `settingChoice.<key>.<choice>`. */
  choices?: string[];
  /** Of a text, or of each text in a list. */
  pattern?: string;
  /** Nobody is shown its value. */
  secret: boolean;
  /** Not to be changed while there are images. */
  locksWithImages: boolean;
}

/** The keywords that our settings' schemas have. */
interface Schema {
  type?: string;
  enum?: string[];
  default?: unknown;
  minimum?: number;
  maximum?: number;
  maxLength?: number;
  maxItems?: number;
  pattern?: string;
  items?: Schema;
}

function typeOf({ type, enum: choices, items }: Schema): SettingType {
  if (choices) return 'choice';
  if (type === 'array') return items?.type === 'object' ? 'objects' : 'texts';
  return type === 'integer' || type === 'boolean' ? type : 'text';
}

/** Every setting as a form needs it, grouped in the order of `settingMeta`. */
export function describeSettings(): SettingField[] {
  return (Object.keys(settingMeta) as SettingKey[]).map((key) => {
    const schema = settingsSchema.properties[key] as Schema;
    const { minimum, maximum, maxItems } = schema;
    const { pattern, maxLength } = schema.items ?? schema;
    return {
      key,
      type: typeOf(schema),
      ...settingMeta[key],
      default: schema.default,
      ...(minimum !== undefined && { minimum }),
      ...(maximum !== undefined && { maximum }),
      ...(maxLength !== undefined && { maxLength }),
      ...(maxItems !== undefined && { maxItems }),
      ...(schema.enum && { choices: schema.enum }),
      ...(pattern !== undefined && { pattern }),
      secret: isSecretSetting(key),
      locksWithImages: isStorageSetting(key),
    };
  });
}
