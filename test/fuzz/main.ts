/**
 * `make fuzz`: a million hostile datagrams to each of a running appliance's UDP ports, then a PC's
 * questions. `COUNT` and `SEED` in the environment change how many and which. Needs root, for namespaces.
 */

import { runFuzz } from './fuzz.ts';
import { problemsOf } from './verdict.ts';

const count = Number(process.env.COUNT ?? 1_000_000);
const seed = Number(process.env.SEED ?? Date.now() & 0x7fffffff);
console.log(`${count} hostile datagrams to each port; SEED=${seed}`);
const report = await runFuzz({ count, seed });
console.log(JSON.stringify(report, null, 2));
const problems = problemsOf(report);
for (const problem of problems) console.error(problem);
process.exitCode = problems.length > 0 ? 1 : 0;
