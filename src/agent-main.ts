import { Command } from 'commander';
import { pino } from 'pino';
import { runAgent } from './agent-run.ts';
import { buildInfo, describeBuild } from './build-info.ts';
import { withAgentFlags } from './cli/agent.ts';
import { createTranslator, findLanguage } from './i18n/translate.ts';
import { reportError } from './report-error.ts';

/** The guest agent as a program of its own, without the server: what a PC's image holds. */
const program = withAgentFlags(new Command('cafeboot-agent'))
  .description('the guest agent of cafeboot')
  .version(describeBuild(buildInfo, process.versions.node))
  .action((flags) => runAgent(flags, pino({ level: 'info' })));

try {
  await program.parseAsync();
} catch (error) {
  reportError('cafeboot-agent', error, createTranslator(findLanguage(process.env)));
  process.exitCode = 1;
}
