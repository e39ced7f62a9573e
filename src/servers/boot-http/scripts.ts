import type { FastifyInstance, FastifyRequest } from 'fastify';
import { findMac } from '../../boot/mac.ts';
import type { ScriptName } from '../../boot/script.ts';
import { CafebootError } from '../../errors.ts';
import { type BootServer, menuScript } from '../../service/menu-script.ts';
import type { BootHttpDeps } from './server.ts';

/**
 * The scripts. Their URLs are burnt into PCs and never change. Every answer is a script with status
 * 200, also a refusal: iPXE shows a status as a bare number, a script can say what to do.
 */
export function addScripts(app: FastifyInstance, deps: BootHttpDeps): void {
  const { boots, settings, counters } = deps;

  function render(name: ScriptName, values: Record<string, unknown>): string {
    counters.add(`http.script.${name}`);
    return deps.renderScript(name, values);
  }

  const failed = (request: FastifyRequest, mac: string, error: unknown) =>
    renderFailed(deps, request, mac, error);

  app.addHook('onSend', async (request, reply) => {
    if (!request.url.startsWith('/ipxe/')) return;
    reply.header('cache-control', 'no-store');
  });

  app.get('/ipxe/boot.ipxe', async (_request, reply) => {
    reply.type('text/plain');
    return render('boot', {});
  });

  app.get('/ipxe/boot.ipxe.cfg', async (request, reply) => {
    reply.type('text/plain');
    const { menuTimeoutMs } = settings();
    return render('config', { menuTimeoutMs, ...serverOf(request) });
  });

  app.get<{ Params: { hex: string } }>('/ipxe/cfg/mac-:hex.ipxe.cfg', async (request, reply) => {
    const mac = findMac(request.params.hex);
    if (!mac) return reply.callNotFound();
    reply.type('text/plain');
    try {
      const plan = await boots.menuFor(mac, request.ip);
      return render(...menuScript(plan, mac, settings().menuTimeoutMs, serverOf(request)));
    } catch (error) {
      return failed(request, mac, error);
    }
  });

  app.get<{ Params: { hex: string; entry: string } }>(
    '/ipxe/cfg/mac-:hex/:entry.ipxe',
    async (request, reply) => {
      const mac = findMac(request.params.hex);
      if (!mac) return reply.callNotFound();
      reply.type('text/plain');
      const { entry } = request.params;
      try {
        const disk = await boots.attachFor(mac, entry, request.ip);
        const values = { hostName: mac, entry, port: deps.iscsiPort, ...disk };
        return render('entry', { ...values, ...serverOf(request) });
      } catch (error) {
        return failed(request, mac, error);
      }
    },
  );

  app.get<{ Params: { hex: string }; Querystring: { code?: string; name?: string } }>(
    '/ipxe/adopt/mac-:hex.ipxe',
    async (request, reply) => {
      const mac = findMac(request.params.hex);
      if (!mac) return reply.callNotFound();
      reply.type('text/plain');
      const { code = '', name = '' } = request.query;
      try {
        const typed = { code: String(code), name: String(name), source: request.ip };
        const host = boots.adoptAt(mac, typed);
        return render('adopted', { hostName: host.name, ...serverOf(request) });
      } catch (error) {
        return failed(request, mac, error);
      }
    },
  );

  app.get<{ Params: { hex: string } }>('/ipxe/capture/mac-:hex.ipxe', async (request, reply) => {
    const mac = findMac(request.params.hex);
    if (!mac) return reply.callNotFound();
    reply.type('text/plain');
    try {
      const disk = await boots.captureFor(mac, request.ip);
      const values = { hostName: mac, port: deps.iscsiPort, ...disk };
      return render('capture', { ...values, ...serverOf(request) });
    } catch (error) {
      return failed(request, mac, error);
    }
  });
}

/** A script that says on the PC's screen what is wrong. */
export function renderFailed(
  { renderScript, describeError, counters }: BootHttpDeps,
  request: FastifyRequest,
  mac: string,
  error: unknown,
): string {
  const known = error instanceof CafebootError ? error : new CafebootError('internal');
  request.log.warn({ err: error, mac }, 'boot script refused');
  counters.add('http.script.failed');
  return renderScript('failed', { mac, message: describeError(known), ...serverOf(request) });
}

/** Our identity as this PC sees it: the address it reached us at, which is right on every LAN. */
export function serverOf({ socket }: FastifyRequest): BootServer {
  const server = (socket.localAddress ?? '').replace(/^::ffff:/, '');
  return { server, baseUrl: `http://${server}:${socket.localPort}` };
}
