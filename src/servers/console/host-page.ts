import type { FastifyInstance } from 'fastify';
import { macHex } from '../../boot/mac.ts';
import { viewer } from '../../http/access.ts';
import { typed } from '../../http/typed.ts';
import type { HostDisk } from '../../service/host-reports.ts';
import type { Services } from '../../service/services.ts';
import { byHost } from './host-forms.ts';
import { type HostFacts, readHost } from './host-view.ts';
import type { ConsoleKit } from './kit.ts';
import type { Fragment } from './live.ts';

/** That a boot stopped is no event, and neither is what its disk holds by now. */
const lookEveryMs = 5_000;

/** A host's page, which is live. Its path has the MAC: that outlasts another name. */
export function addHostPage(app: FastifyInstance, kit: ConsoleKit): void {
  const { services, live } = kit;
  const disksOf = rememberDisks(services, kit.now);

  /** One for each host that was looked at. */
  function topicOf(mac: string): string {
    const topic = `host-${macHex(mac)}`;
    if (live.find(topic)) return topic;
    live.add({
      name: topic,
      async fragments() {
        if (!services.hosts.findByMac(mac)) return [];
        return toFragments(readHost(services, mac, await disksOf(mac)));
      },
      follow(changed) {
        const isOurs = (event: { mac: string | null; kind: string }) =>
          event.mac === mac || /^(host|entry|image)\./.test(event.kind);
        const unfollow = services.timeline.follow((event) => isOurs(event) && changed());
        const timer = setInterval(changed, lookEveryMs);
        return () => {
          clearInterval(timer);
          unfollow();
        };
      },
    });
    return topic;
  }

  typed(app).get(
    '/hosts/:key',
    { ...viewer, schema: { params: byHost } },
    async (request, reply) => {
      const { mac } = services.hosts.getRow(request.params.key);
      const liveUrl = await live.urlOf(topicOf(mac));
      const tools = await services.tools.list();
      return kit.page(request, reply, 'hosts/host.njk', {
        ...readHost(services, mac, await disksOf(mac)),
        liveUrl,
        entries: services.entries.list().map(({ name }) => name),
        tools: tools.map(({ name, title }) => ({ name, title })),
        images: services.images.list().map(({ name }) => name),
      });
    },
  );
}

/** Each template is also what the page itself includes. */
function toFragments({
  host,
  hex,
  now,
  latest,
  earlier,
  disks,
  os,
  events,
}: HostFacts): Fragment[] {
  return [
    { id: 'host-name', template: 'hosts/name.njk', values: { host } },
    { id: 'host-now', template: 'hosts/now.njk', values: { host, hex, now } },
    { id: 'host-boot', template: 'hosts/boot.njk', values: { latest } },
    { id: 'host-boots', template: 'hosts/boots.njk', values: { earlier } },
    { id: 'host-facts', template: 'hosts/facts.njk', values: { host, hex } },
    { id: 'host-disks', template: 'hosts/disks.njk', values: { host, hex, disks } },
    { id: 'host-os', template: 'hosts/os.njk', values: { os, hex } },
    { id: 'host-events', template: 'hosts/events.njk', values: { events } },
  ];
}

/** What a host's disks hold, at most some seconds old. */
function rememberDisks({ hostReports }: Services, now: () => number) {
  const known = new Map<string, { at: number; disks: Promise<HostDisk[]> }>();
  return (mac: string): Promise<HostDisk[]> => {
    const before = known.get(mac);
    if (before && now() - before.at < lookEveryMs) return before.disks;
    const disks = hostReports.disk(mac);
    known.set(mac, { at: now(), disks });
    return disks;
  };
}
