import { Command } from 'commander';
import { pino } from 'pino';
import packageJson from '../package.json' with { type: 'json' };
import { runAgent } from './agent-run.ts';
import { withAgentFlags } from './cli/agent.ts';
import { createTranslator, findLanguage } from './i18n/translate.ts';
import { reportError } from './report-error.ts';

/** The guest agent as a program of its own, without the server: what a PC's image holds. */
const program = withAgentFlags(new Command('cafeboot-agent'))
  .description('the guest agent of cafeboot')
  .version(packageJson.version)
  .action((flags) => runAgent(flags, pino({ level: 'info' })));

try {
  await program.parseAsync();
} catch (error) {
  reportError('cafeboot-agent', error, createTranslator(findLanguage(process.env)));
  process.exitCode = 1;
}
