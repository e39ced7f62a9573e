import { startFakeSmyoo } from '../../fakes/smyoo.ts';

/** The fake vendor as a process, for a namespace: `node smyoo.ts PORT`. */
const { url } = await startFakeSmyoo(Number(process.argv[2]));
console.log(`ready at ${url}`);
