import { type Static, Type } from 'typebox';
import { type FirmwareChoice, firmwareChoices } from '../../boot/firmware.ts';
import { csrfField } from '../../http/csrf.ts';
import type { Host, HostFields } from '../../service/host-fields.ts';
import { type PowerMeans, powerMeans } from '../../service/power.ts';

// What the host pages' forms send. Values are checked further by the use cases, which name the field.
const csrf = { [csrfField]: Type.Optional(Type.String()) };
const text = Type.String({ maxLength: 64 });
const means = Type.Enum([...powerMeans]);

export const byHost = Type.Object({ key: Type.String({ minLength: 1, maxLength: 64 }) });
export const newHostQuery = Type.Object({ mac: Type.Optional(text) });

/** All of a host; a box that is not ticked, and a list of which none is, are absent. */
export const hostForm = Type.Object({
  ...{ mac: text, name: text, ip: text, group: text, entry: text },
  super: Type.Optional(Type.String()),
  overlay: Type.Enum(['discard', 'keep']),
  chap: Type.Optional(Type.String()),
  firmware: Type.Enum([...firmwareChoices]),
  power: Type.Optional(Type.Union([means, Type.Array(means)])),
  /** What the form was filled with. */
  seen: Type.Optional(Type.String({ maxLength: 64 })),
  ...csrf,
});
export type HostForm = Static<typeof hostForm>;

/** `before`: as it was; its firmware is said only where it changes, since saying it forgets what was found out. */
export function toHostFields(
  form: HostForm,
  before?: Host,
): HostFields & { mac: string; name: string } {
  const { mac, name, ip, group, entry, overlay } = form;
  const firmware = form.firmware as FirmwareChoice;
  return {
    ...{ mac, name, overlay },
    ip: ip.trim() || null,
    group: group.trim() || null,
    entry: entry || null,
    super: form.super !== undefined,
    chap: form.chap !== undefined,
    power: [form.power ?? []].flat() as PowerMeans[],
    ...(firmware !== before?.firmware && { firmware }),
  };
}

const onOff = Type.Optional(Type.Enum(['on', 'off']));

/** One thing about a host. `next` is empty for as usual, else `entry:…` or `tool:…`. */
export const hostChange = Type.Object({
  next: Type.Optional(Type.String({ maxLength: 80, pattern: '^((entry|tool):.+)?$' })),
  super: onOff,
  chap: onOff,
  overlay: Type.Optional(Type.Enum(['discard', 'keep'])),
  firmware: Type.Optional(Type.Enum([...firmwareChoices])),
  ...csrf,
});

export function toChange(form: Static<typeof hostChange>): HostFields {
  const { next, overlay } = form;
  const [, kind, name = null] = /^(entry|tool):(.+)$/.exec(next ?? '') ?? [];
  return {
    ...(next !== undefined && {
      nextEntry: kind === 'entry' ? name : null,
      nextTool: kind === 'tool' ? name : null,
    }),
    ...(form.super !== undefined && { super: form.super === 'on' }),
    ...(form.chap !== undefined && { chap: form.chap === 'on' }),
    ...(overlay !== undefined && { overlay: overlay as Host['overlay'] }),
    ...(form.firmware !== undefined && { firmware: form.firmware as FirmwareChoice }),
  };
}

export const powerForm = Type.Object({ action: Type.Enum(['on', 'off', 'reboot']), ...csrf });
/** Empty: no more. */
export const captureForm = Type.Object({ image: text, ...csrf });
/** The text of a list, pasted or out of a file. */
export const csvForm = Type.Object({ csv: Type.String(), ...csrf });
