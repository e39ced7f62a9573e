import { randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto';
import pLimit from 'p-limit';
import { CafebootError } from '../errors.ts';

/** As OWASP says for scrypt where memory is dear: 2^15 x 8 takes 32 MiB and some 100 ms. */
const cost = { logN: 15, r: 8, p: 3 };
const keyBytes = 32;
/** At once: a flood of logins must take neither the server's memory nor its cores from the PCs. */
const atOnce = 1;
const waiting = 20;
export const leastPasswordLength = 8;
const longestPassword = 200;

export type Passwords = ReturnType<typeof createPasswords>;

/** Throws `password_weak` for one that is short, or the user's own name. */
export function checkPassword(password: string, userName: string): void {
  const isTooLong = password.length > longestPassword;
  const isName = password.toLowerCase() === userName.toLowerCase();
  if (password.length >= leastPasswordLength && !isTooLong && !isName) return;
  throw new CafebootError('password_weak', { least: leastPasswordLength });
}

/** Hashes passwords by scrypt, one after another. Throws `busy` where too many wait already. */
export function createPasswords({ logN, r, p } = cost) {
  const limit = pLimit(atOnce);

  const derive = (password: string, salt: Buffer, options: ScryptOptions): Promise<Buffer> =>
    new Promise((resolve, reject) => {
      // The same letters typed on two keyboards are the same password.
      scrypt(password.normalize('NFKC'), salt, keyBytes, options, (error, key) =>
        error ? reject(error) : resolve(key),
      );
    });
  const limited = (work: () => Promise<Buffer>): Promise<Buffer> => {
    if (limit.pendingCount >= waiting) throw new CafebootError('busy');
    return limit(work);
  };
  const optionsOf = (log: number, block: number, parallel: number): ScryptOptions => ({
    ...{ N: 2 ** log, r: block, p: parallel },
    maxmem: 2 ** log * block * 256,
  });

  return {
    async hash(password: string): Promise<string> {
      const salt = randomBytes(16);
      const key = await limited(() => derive(password, salt, optionsOf(logN, r, p)));
      const texts = [salt, key].map((bytes) => bytes.toString('base64url'));
      return `scrypt$${logN}$${r}$${p}$${texts.join('$')}`;
    },
    /** Takes as long for no hash (a user that is none) as for a wrong password. */
    async verify(password: string, hash: string | undefined): Promise<boolean> {
      const [, log = logN, block = r, parallel = p, salt = '', key = ''] = hash?.split('$') ?? [];
      const options = optionsOf(Number(log), Number(block), Number(parallel));
      const found = await limited(() => derive(password, Buffer.from(salt, 'base64url'), options));
      const expected = Buffer.from(key, 'base64url');
      return expected.length === keyBytes && timingSafeEqual(found, expected);
    },
  };
}
