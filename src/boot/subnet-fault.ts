import type { ErrorContext } from '../errors.ts';
import type { SubnetFields } from './subnet.ts';

/** What can be wrong with a subnet; each has a text in both languages under `reason.subnet-<code>`. */
export const subnetFaultCodes = [
  'form',
  'begin',
  'range-form',
  'range-order',
  'range-size',
  'range-end',
  'range-own',
  'address',
  'network',
  'broadcast-outside',
  'broadcast-in-range',
  'router-outside',
  'router-in-range',
  'dns',
  'option',
  'options-size',
  'overlap',
] as const;
export type SubnetFaultCode = (typeof subnetFaultCodes)[number];

/** Why a subnet cannot be: in words for logs and the command line, and as a code with values for other languages. */
export class SubnetFault extends RangeError {
  readonly context: ErrorContext;

  constructor(
    code: SubnetFaultCode,
    part: keyof SubnetFields,
    message: string,
    values: ErrorContext = {},
  ) {
    super(message);
    this.name = 'SubnetFault';
    this.context = { ...values, reason: message, reasonCode: `subnet-${code}`, part };
  }
}
