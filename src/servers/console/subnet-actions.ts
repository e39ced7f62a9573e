import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { SubnetFields } from '../../boot/subnet.ts';
import { CafebootError } from '../../errors.ts';
import { admin } from '../../http/access.ts';
import { typed } from '../../http/typed.ts';
import type { ConsoleKit } from './kit.ts';
import {
  bySubnet,
  proposeNextSubnet,
  putSubnet,
  readSubnetForm,
  subnetForm,
  toFormProblem,
} from './subnet-forms.ts';

/** The subnets that we give addresses of, one at a time. The answer is the list as it is then. */
export function addSubnetActions(app: FastifyInstance, kit: ConsoleKit): void {
  const { services } = kit;
  const console = typed(app);

  async function save(request: FastifyRequest, reply: FastifyReply, subnets: SubnetFields[]) {
    services.setSetting('dhcpSubnets', subnets);
    const settings = services.settings.get();
    const t = kit.translate(request);
    kit.toast(reply, 'success', t('settings:subnet.saved'));
    return kit.fragment(request, reply, 'settings/subnets.njk', {
      row: { key: 'dhcpSubnets', value: settings.dhcpSubnets },
      proposal: await proposeNextSubnet(settings),
    });
  }

  console.post(
    '/settings/subnets/put',
    { ...admin, schema: { body: subnetForm } },
    async (request, reply) => {
      const { former = '', ...form } = request.body;
      try {
        const subnet = readSubnetForm(form);
        const { dhcpSubnets } = services.settings.get();
        request.auditTarget = subnet.subnet;
        return await save(request, reply, putSubnet(dhcpSubnets, former, subnet));
      } catch (error) {
        throw toFormProblem(error);
      }
    },
  );

  console.post(
    '/settings/subnets/remove',
    { ...admin, schema: { body: bySubnet } },
    async (request, reply) => {
      const { subnet: name } = request.body;
      const { dhcpSubnets } = services.settings.get();
      const others = dhcpSubnets.filter(({ subnet }) => subnet !== name);
      if (others.length === dhcpSubnets.length) {
        throw new CafebootError('not_found', { kind: 'subnet', name });
      }
      request.auditTarget = name;
      return save(request, reply, others);
    },
  );
}
