import { CafebootError, codeOf } from '../errors.ts';
import type { EntryRow } from '../store/entries.ts';
import type { HostRow } from '../store/hosts.ts';
import type { Store } from '../store/store.ts';
import type { BootAccess } from './boot-access.ts';
import type { Disks } from './disks.ts';
import { defaultEntryOf } from './entries.ts';
import type { Hosts } from './hosts.ts';
import { findCapturedName } from './image-lookup.ts';
import type { Presences } from './presence.ts';
import type { SessionWatch } from './session-watch.ts';
import type { AttachedDisk } from './target-spec.ts';
import type { Timeline } from './timeline.ts';
import type { FoundTool, Tools } from './tools.ts';

export interface BootDiskDeps {
  store: Store;
  hosts: Hosts;
  disks: Disks;
  tools: Tools;
  access: BootAccess;
  presences: Presences;
  sessionWatch: SessionWatch;
  timeline: Timeline;
}

/** A tool as it starts on one PC. */
export interface ToolStart {
  host: HostRow;
  tool: FoundTool;
  /** Of its script or answer file. */
  template: string;
  /** What it works on; null for a tool that needs no disk. */
  disk: (AttachedDisk & { entry: string }) | null;
}

/** What is said of a boot's script in the timeline. */
interface Given {
  script: 'entry' | 'capture' | 'tool';
  /** The entry, image or tool. */
  name: string;
  /** Called once its disk is there, or at once where it needs none. */
  onUsed: () => void;
}

/** The disks that PCs are given by their scripts. */
export function createBootDisks(deps: BootDiskDeps) {
  const { store, hosts, disks, tools, access, presences, timeline } = deps;

  function getEntry(host: HostRow, name: string): EntryRow {
    const entry = store.entries.find({ name });
    if (!entry) throw new CafebootError('no_entry', { host: host.name, entry: name });
    return entry;
  }

  /** Gives a PC what its script needs, and tells how it went. */
  async function give<Result extends { disk: AttachedDisk | null }>(
    { mac }: HostRow,
    { script, name, onUsed }: Given,
    attach: () => Promise<Result>,
  ): Promise<Result> {
    try {
      const result = await attach();
      if (!presences.isRepeat(mac, `script ${script} ${name}`)) {
        timeline.record({ kind: 'boot.script', mac, data: { script, entry: name } });
      }
      if (result.disk) deps.sessionWatch.expect(result.disk.target, mac, onUsed);
      else onUsed();
      return result;
    } catch (error) {
      const data = { entry: name, code: codeOf(error) };
      // The name may be the client's invention, so it is no part of the key: keys are remembered.
      if (!presences.isRepeat(mac, `failed ${data.code}`)) {
        timeline.record({ kind: 'boot.failed', level: 'error', mac, data });
      }
      throw error;
    }
  }

  function refuseOrdinary(host: HostRow): void {
    if (!host.super) throw new CafebootError('needs_super', { host: host.name });
  }

  /** The draft that a tool works on: of what the PC would boot. */
  async function attachDraft(host: HostRow, address: string) {
    const entry = defaultEntryOf(host, store.entries.list());
    if (!entry) throw new CafebootError('no_entry', { host: host.name, entry: '' });
    return { ...(await disks.attach(host, entry, address)), entry: entry.name };
  }

  return {
    /** The disks for this boot. Throws `not_found`, `no_entry`, `wrong_address`, or why there is no disk. */
    async attachFor(mac: string, entryName: string, address: string): Promise<AttachedDisk> {
      const host = await access.getAt(mac, address);
      const entry = getEntry(host, entryName);
      const onUsed = () => hosts.tookEntry(host.id, entry.id);
      const { disk } = await give(
        host,
        { script: 'entry', name: entry.name, onUsed },
        async () => ({
          disk: await disks.attach(host, entry, address),
        }),
      );
      return disk;
    },

    /** What the PC captures its own disk to, which it boots beside it. Throws as `attachFor`, or `needs_super`. */
    async captureFor(mac: string, address: string): Promise<AttachedDisk & { image: string }> {
      const host = await access.getAt(mac, address);
      const image = findCapturedName(store, host) ?? '';
      const onUsed = () => {};
      const { disk } = await give(host, { script: 'capture', name: image, onUsed }, async () => {
        refuseOrdinary(host);
        return { disk: await disks.attachCapture(host, address) };
      });
      return { image, ...disk };
    },

    /** A tool starts. Throws as `captureFor`, or `tool_files_missing`, `tool_bad`. */
    async toolFor(mac: string, name: string, address: string): Promise<ToolStart> {
      const host = await access.getAt(mac, address);
      const onUsed = () => hosts.tookTool(host.id, name);
      return give(host, { script: 'tool', name, onUsed }, async () => {
        refuseOrdinary(host);
        const { tool, script } = await tools.get(name);
        const disk = tool.disk === 'none' ? null : await attachDraft(host, address);
        return { host, tool, template: script, disk };
      });
    },

    /** An answer file of a tool that was started. Throws as `toolFor`. */
    async answerFor(
      mac: string,
      name: string,
      answer: string,
      address: string,
    ): Promise<ToolStart> {
      const host = await access.getAt(mac, address);
      refuseOrdinary(host);
      const { tool, template } = await tools.getAnswer(name, answer);
      const disk = tool.disk === 'none' ? null : await attachDraft(host, address);
      if (!presences.isRepeat(mac, `answer ${name} ${answer}`)) {
        timeline.record({ kind: 'boot.answer', mac, data: { tool: name, file: answer } });
      }
      return { host, tool, template, disk };
    },
  };
}
