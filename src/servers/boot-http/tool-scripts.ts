import type { FastifyInstance, FastifyRequest } from 'fastify';
import { findMac, macHex } from '../../boot/mac.ts';
import { CafebootError } from '../../errors.ts';
import { isHostName } from '../../net/host-name.ts';
import type { ToolStart } from '../../service/boot-disks.ts';
import { renderFailed, serverOf } from './scripts.ts';
import type { BootHttpDeps } from './server.ts';

type Params = { hex: string; tool: string; answer: string };

/** The boot scripts of tools, and the answer files that their installers fetch. */
export function addToolScripts(app: FastifyInstance, deps: BootHttpDeps): void {
  const { boots, counters } = deps;

  function valuesFor(request: FastifyRequest, { host, tool, disk }: ToolStart) {
    const server = serverOf(request);
    const hex = macHex(host.mac);
    const { installMirror, installLocale, installTimeZone, installArguments } = deps.settings();
    const urls = Object.entries(tool.found).map(([key, path]) => [key, server.baseUrl + path]);
    return {
      ...server,
      ...disk,
      port: deps.iscsiPort,
      mac: host.mac,
      hostName: host.name,
      hostname: isHostName(host.name) ? host.name : `pc-${hex}`,
      tool: tool.name,
      title: tool.title,
      // One that may be missing is there as nothing, for the template to ask.
      files: {
        ...Object.fromEntries(tool.files.map(({ key }) => [key, ''])),
        ...Object.fromEntries(urls),
      },
      answersUrl: `${server.baseUrl}/ipxe/tools/mac-${hex}/${tool.name}`,
      mirror: installMirror,
      locale: installLocale,
      timeZone: installTimeZone,
      arguments: installArguments,
    };
  }

  function renderTool(request: FastifyRequest, start: ToolStart): string {
    const values = valuesFor(request, start);
    try {
      return deps.renderTemplate(start.template, values);
    } catch (cause) {
      const reason = String(cause).replaceAll(/\s+/g, ' ');
      throw new CafebootError('tool_bad', { tool: start.tool.name, reason }, { cause });
    }
  }

  app.get<{ Params: Params }>('/ipxe/tools/mac-:hex/:tool.ipxe', async (request, reply) => {
    const mac = findMac(request.params.hex);
    if (!mac) return reply.callNotFound();
    reply.type('text/plain');
    try {
      const start = await boots.toolFor(mac, request.params.tool, request.ip);
      counters.add('http.script.tool');
      return renderTool(request, start);
    } catch (error) {
      return renderFailed(deps, request, mac, error);
    }
  });

  // An installer shows a status, and takes what it gets for answers: no text may stand in for them.
  app.get<{ Params: Params }>('/ipxe/tools/mac-:hex/:tool/:answer', async (request, reply) => {
    const { hex, tool, answer } = request.params;
    const mac = findMac(hex);
    if (!mac) return reply.callNotFound();
    reply.type('text/plain');
    try {
      const start = await boots.answerFor(mac, tool, answer, request.ip);
      return renderTool(request, start);
    } catch (error) {
      request.log.warn({ err: error, mac, tool, answer }, 'answer file refused');
      const isRefused = error instanceof CafebootError && error.code !== 'internal';
      return reply.code(isRefused ? 404 : 500).send('');
    }
  });
}
