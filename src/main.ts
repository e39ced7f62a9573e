import { pino } from 'pino';
import { runAgent } from './agent-run.ts';
import { startAppliance, startOffline } from './appliance.ts';
import type { ApplianceDeps } from './appliance-deps.ts';
import { createScriptRenderer, createTemplateRenderer } from './boot/script.ts';
import { buildInfo, describeBuild } from './build-info.ts';
import { injectedApi, isListening, socketApi } from './cli/client.ts';
import type { CliContext } from './cli/context.ts';
import { tellPercent } from './cli/print.ts';
import { createProgram, type GlobalFlags } from './cli/program.ts';
import { loadConfig } from './config.ts';
import { examine } from './examine.ts';
import { createTranslator, findLanguage } from './i18n/translate.ts';
import { listInterfaces } from './net/interfaces.ts';
import { openInstaller } from './open-installer.ts';
import { pathsOf } from './paths.ts';
import { reportError } from './report-error.ts';
import { openResources } from './resources.ts';
import { restoreBackup } from './restore.ts';
import { createApi } from './servers/api/server.ts';
import { openShipped } from './shipped.ts';
import { signalled } from './signalled.ts';
import { readLicenses, readScriptTemplates } from './templates.ts';

/** Where a CHAP secret would be if an object that has one were ever logged. */
const logRedaction = ['secret', 'chapSecret', 'editorChapSecret', 'password'].flatMap((name) => [
  name,
  `*.${name}`,
  `*.*.${name}`,
]);

/** The composition root: the only reader of argv and environment, the only one that exits. */
async function main(): Promise<void> {
  const translator = createTranslator(findLanguage(process.env));
  const { version } = buildInfo;

  async function prepare(): Promise<ApplianceDeps> {
    const { interface: interfaces, config: configPath, ...rest } = flags();
    const config = await loadConfig({
      flags: { ...rest, interfaces },
      environment: process.env,
      configPath,
    });
    const log = pino({ level: config.logLevel, redact: logRedaction });
    const shipped = openShipped({ cacheDir: config.cacheDir, environment: process.env });
    const templates = readScriptTemplates(shipped.resources);
    const renderScript = createScriptRenderer(templates);
    const renderTemplate = createTemplateRenderer(templates);
    return { config, shipped, version, translator, renderScript, renderTemplate, log };
  }

  const context: CliContext = {
    translator,
    json: () => flags().json === true,
    print: (line) => process.stdout.write(`${line}\n`),
    progress: (line) => process.stderr.write(`${line}\n`),
    withServer: async (work) => work(socketApi(await context.socketPath())),
    async installer() {
      const { config, shipped } = await prepare();
      return openInstaller({
        ...{ config, shipped, build: buildInfo },
        tell: (step) => context.print(`- ${translator.step(step)}`),
        onSaveFailed: (error) => reportError('targetcli', error, translator),
      });
    },
    async consoleUrls() {
      const { consolePort, consoleTlsCert } = (await prepare()).config;
      const scheme = consoleTlsCert === '' ? 'http' : 'https';
      return listInterfaces().map(({ address }) => `${scheme}://${address}:${consolePort}`);
    },
    licenses: () => readLicenses(openResources()),
    restore: async (file, { force = false, volumeGroup }) => {
      const deps = { ...(await prepare()), log: pino({ level: 'silent' }) };
      const onProgress = tellPercent(context.progress);
      return restoreBackup(deps, { file, force, volumeGroup }, { onProgress });
    },
    examine: async () => examine(await prepare(), context),
    socketPath: async () => pathsOf((await prepare()).config.dataDir).socket,
    async withApi(work) {
      const deps = await prepare();
      const socketPath = pathsOf(deps.config.dataDir).socket;
      if (await isListening(socketPath)) return work(socketApi(socketPath), { isOffline: false });
      const quiet = pino({ level: 'silent' });
      const { services, close } = await startOffline({ ...deps, log: quiet });
      const app = createApi({ services, translator, log: quiet });
      try {
        return await work(injectedApi(app), { isOffline: true });
      } finally {
        await app.close();
        await close();
      }
    },
  };

  const program = createProgram({
    version: describeBuild(buildInfo, process.versions.node),
    context,
    agent: (agentFlags) => runAgent(agentFlags, pino({ level: 'info' })),
    serve: async () => {
      const appliance = await startAppliance(await prepare());
      await signalled();
      await appliance.close();
    },
  });
  const flags = () => program.opts<GlobalFlags>();

  try {
    await program.parseAsync();
  } catch (error) {
    reportError('cafeboot', error, translator);
    process.exitCode = 1;
  }
}

await main();
