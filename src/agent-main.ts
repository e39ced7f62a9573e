import { Command } from 'commander';
import { pino } from 'pino';
import packageJson from '../package.json' with { type: 'json' };
import { runAgent } from './agent-run.ts';
import { withAgentFlags } from './cli/agent.ts';
import { CafebootError } from './errors.ts';
import { createTranslator, findLanguage } from './i18n/translate.ts';

/** The guest agent as a program of its own, without the server: what a PC's image holds. */
const program = withAgentFlags(new Command('cafeboot-agent'))
  .description('the guest agent of cafeboot')
  .version(packageJson.version)
  .action((flags) => runAgent(flags, pino({ level: 'info' })));

try {
  await program.parseAsync();
} catch (error) {
  const known = error instanceof CafebootError && error.code !== 'internal';
  const translator = createTranslator(findLanguage(process.env));
  const text = known ? translator.error(error) : String(error instanceof Error && error.stack);
  process.stderr.write(`cafeboot-agent: ${text}\n`);
  process.exitCode = 1;
}
