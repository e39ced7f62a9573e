import { createHash, randomBytes } from 'node:crypto';
import type { ChapLogin } from './targets.ts';
import { type TgtAdmin, tgtSaid } from './tgt-admin.ts';
import type { TgtTarget } from './tgt-output.ts';

/**
 * The accounts that stand for a login: the one that is bound to the target, and a mark. tgtd tells
 * names but no secret, so whoever adopts it could not tell which secret a target has. The mark, bound
 * to nothing and so good for no login, has the secret's digest in its name.
 */
export function accountsOf({ userName, secret }: ChapLogin): [account: string, mark: string] {
  const digest = createHash('sha256').update(`${userName} ${secret}`).digest('hex');
  return [userName, `${userName}/${digest.slice(0, 32)}`];
}

/** Of all accounts those that are this target's, as `accountsOf` gives them. */
export function accountsAdopted({ accounts }: TgtTarget, all: readonly string[]): string[] {
  return accounts.flatMap((name) => [name, ...all.filter((each) => each.startsWith(`${name}/`))]);
}

/** Makes the login's accounts and lets it log in to the target. */
export async function createAccount(admin: TgtAdmin, tid: number, chap: ChapLogin): Promise<void> {
  const [account, mark] = accountsOf(chap);
  await admin.newAccount(account, chap.secret);
  await admin.newAccount(mark, randomBytes(16).toString('hex'));
  await admin.bindAccount(tid, account);
}

/** Those that are gone already are as good. */
export async function deleteAccounts(admin: TgtAdmin, names: readonly string[]): Promise<void> {
  for (const name of names) {
    try {
      await admin.deleteAccount(name);
    } catch (error) {
      if (!tgtSaid(error, "can't find the account")) throw error;
    }
  }
}

/** Those of targets that are no more, or whose making a crash cut off. */
export async function deleteStrayAccounts(
  admin: TgtAdmin,
  all: readonly string[],
  targets: readonly TgtTarget[],
): Promise<void> {
  const taken = new Set(targets.flatMap((target) => accountsAdopted(target, all)));
  await deleteAccounts(
    admin,
    all.filter((name) => !taken.has(name)),
  );
}
