import { Value } from 'typebox/value';
import { subnetFaultCodes } from '../boot/subnet-fault.ts';
import type { ErrorContext } from '../errors.ts';
import { type SettingKey, settingsSchema } from './setting-list.ts';

/** Why a value cannot be; each has a text in both languages under `reason.<code>`, as has `pattern-<key>`. */
export const reasonCodes = [
  'item',
  'minimum',
  'maximum',
  'min-length',
  'max-length',
  'max-items',
  'enum',
  'pattern',
  'required',
  'unknown-field',
  'type-integer',
  'type-boolean',
  'type-string',
  'type-array',
  'type-object',
  'order',
  'needs-subnet',
  ...subnetFaultCodes.map((code) => `subnet-${code}` as const),
] as const;
export type ReasonCode = (typeof reasonCodes)[number];

interface SchemaError {
  keyword: string;
  instancePath: string;
  params: object;
  message: string;
}

/** What is wrong with a value, for the context of `invalid_value`; undefined where nothing is. */
export function findReason(key: SettingKey, value: unknown): ErrorContext | undefined {
  const errors: SchemaError[] = Value.Errors(settingsSchema.properties[key], value);
  // What an additional property's own schema says (`false`) tells nobody anything.
  const error = errors.find(({ keyword }) => keyword !== 'boolean') ?? errors[0];
  if (!error) return undefined;
  const [, index, field] = error.instancePath.split('/');
  return {
    reason: [error.instancePath, error.message].join(' ').trim(),
    ...explain(key, error),
    ...(index !== undefined && { item: Number(index) + 1 }),
    ...(field !== undefined && { part: field }),
  };
}

function explain(key: SettingKey, { keyword, params }: SchemaError): ErrorContext {
  const given = params as {
    limit?: number;
    type?: string;
    allowedValues?: unknown[];
    requiredProperties?: string[];
    additionalProperties?: string[];
  };
  switch (keyword) {
    case 'minimum':
    case 'maximum':
      return { reasonCode: keyword, limit: given.limit ?? 0 };
    case 'minLength':
      return { reasonCode: 'min-length', limit: given.limit ?? 0 };
    case 'maxLength':
      return { reasonCode: 'max-length', limit: given.limit ?? 0 };
    case 'maxItems':
      return { reasonCode: 'max-items', limit: given.limit ?? 0 };
    case 'enum':
      return { reasonCode: 'enum', allowed: (given.allowedValues ?? []).join(', ') };
    case 'required':
      return { reasonCode: 'required', missing: (given.requiredProperties ?? []).join(', ') };
    case 'additionalProperties':
      return {
        reasonCode: 'unknown-field',
        unknown: (given.additionalProperties ?? []).join(', '),
      };
    case 'pattern':
      return { reasonCode: key === 'dhcpSubnets' ? 'pattern' : `pattern-${key}` };
    case 'type':
      return { reasonCode: `type-${given.type ?? ''}` };
    default:
      return {};
  }
}
