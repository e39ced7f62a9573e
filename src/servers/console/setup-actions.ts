import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import { admin } from '../../http/access.ts';
import { csrfField } from '../../http/csrf.ts';
import { typed } from '../../http/typed.ts';
import type { ConsoleKit } from './kit.ts';
import { putSubnet, readSubnetForm, subnetForm, toFormProblem } from './subnet-forms.ts';

const csrf = { [csrfField]: Type.Optional(Type.String()) };
const proxyForm = Type.Object({ ...csrf });
const groupForm = Type.Object({ volumeGroup: Type.String({ maxLength: 64 }), ...csrf });

/** What the first run settles; each leads to the next step. */
export function addSetupActions(app: FastifyInstance, kit: ConsoleKit): void {
  const { services } = kit;
  const console = typed(app);

  console.post(
    '/setup/addresses/router',
    { ...admin, schema: { body: Type.Optional(proxyForm) } },
    async (_request, reply) => {
      services.setSetting('dhcpMode', 'proxy');
      return reply.header('hx-redirect', '/setup/disks').send('');
    },
  );

  console.post(
    '/setup/addresses/ours',
    { ...admin, schema: { body: subnetForm } },
    async (request, reply) => {
      const { former = '', ...form } = request.body;
      try {
        const subnet = readSubnetForm(form);
        const { dhcpSubnets } = services.settings.get();
        services.setSetting('dhcpSubnets', putSubnet(dhcpSubnets, former, subnet));
        services.setSetting('dhcpMode', 'full');
      } catch (error) {
        throw toFormProblem(error);
      }
      return reply.header('hx-redirect', '/setup/disks').send('');
    },
  );

  console.post(
    '/setup/disks/group',
    { ...admin, schema: { body: groupForm } },
    async ({ body }, reply) => {
      const { volumeGroup } = body;
      if (volumeGroup !== services.settings.get().volumeGroup) {
        services.setSetting('volumeGroup', volumeGroup);
      }
      return reply.header('hx-redirect', '/setup/next').send('');
    },
  );
}
