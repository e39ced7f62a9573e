import { CafebootError } from '../errors.ts';
import {
  loginFields,
  parseDevices,
  postToSmyoo,
  type SmyooAccount,
  type SmyooDevice,
  SmyooRefusal,
} from './smyoo-wire.ts';

export interface SmyooDeps {
  account: () => SmyooAccount;
  now: () => number;
  /** Of one request. */
  timeoutMs?: number;
}

export type Smyoo = ReturnType<typeof createSmyoo>;

/** The vendor's is good for about a day. */
const sessionMs = 20 * 3_600_000;
/** Without these there is no account. */
const required = {
  baseUrl: 'smyooBaseUrl',
  phone: 'smyooPhone',
  password: 'smyooPassword',
} as const;

interface Session {
  id: string;
  /** The settings that it was opened with. */
  account: string;
  openedAt: number;
  /** The vendor's word for when a card last changed, and the cards then. */
  changedAt?: string;
  devices?: SmyooDevice[];
}

/**
 * The cloud power cards of one account, over the vendor's HTTPS JSON API. Every call throws
 * `smyoo_not_set`, `smyoo_unreachable`, `smyoo_login_refused` or `smyoo_refused`.
 */
export function createSmyoo({ account: getAccount, now, timeoutMs }: SmyooDeps) {
  let session: Session | undefined;
  /** Callers that come while one logs in wait for that login. */
  let opening: Promise<Session> | undefined;

  function getUsableAccount(): SmyooAccount {
    const account = getAccount();
    for (const [key, field] of Object.entries(required)) {
      if (account[key as keyof typeof required] === '') {
        throw new CafebootError('smyoo_not_set', { field });
      }
    }
    return account;
  }

  async function logIn(account: SmyooAccount): Promise<Session> {
    const post = (path: string, fields: object) =>
      postToSmyoo(account, { path, fields: { ...fields }, timeoutMs });
    try {
      const { ticket } = await post('v1/account/synloginopen', loginFields(account));
      if (!ticket) throw new SmyooRefusal(0, 'no ticket');
      const { BpeSessionId } = await post('api/gfriend/synloginticket', { ticket });
      // It goes into a header: a control character in it would be somebody else's header.
      if (!/^[\w.-]{1,200}$/.test(String(BpeSessionId ?? '')))
        throw new SmyooRefusal(0, 'no session');
      return { id: String(BpeSessionId), account: JSON.stringify(account), openedAt: now() };
    } catch (error) {
      if (!(error instanceof SmyooRefusal)) throw error;
      throw new CafebootError('smyoo_login_refused', { reason: error.message }, { cause: error });
    }
  }

  async function getSession(account: SmyooAccount): Promise<Session> {
    const isFresh =
      session !== undefined &&
      session.account === JSON.stringify(account) &&
      now() - session.openedAt < sessionMs;
    if (session && isFresh) return session;
    opening ??= logIn(account).finally(() => {
      opening = undefined;
    });
    session = await opening;
    return session;
  }

  /**
   * The vendor says by any code that a session is over, so a refusal within one that was opened before
   * is asked again within a new one, once.
   */
  async function withSession<Result>(
    work: (post: Post, session: Session) => Promise<Result>,
  ): Promise<Result> {
    const account = getUsableAccount();
    const before = session;
    const run = async () => {
      const open = await getSession(account);
      const post: Post = (path, fields = {}) =>
        postToSmyoo(account, { path, fields, session: open.id, timeoutMs });
      return work(post, open);
    };
    try {
      return await run();
    } catch (error) {
      if (!(error instanceof SmyooRefusal)) throw error;
      if (before === undefined || session !== before) throw refused(error);
      session = undefined;
      return run().catch((again: unknown) => {
        throw again instanceof SmyooRefusal ? refused(again) : again;
      });
    }
  }

  /** Asked for anew only when the vendor says that a card has changed. */
  async function listWithin(post: Post, open: Session): Promise<SmyooDevice[]> {
    const { deviceupdatetime } = await post('api/gfriend/statuschanged');
    const changedAt = String(deviceupdatetime ?? '');
    if (open.devices && open.changedAt === changedAt) return open.devices;
    const { mcuinfos } = await post('api/gfriend/querydevices');
    open.devices = parseDevices(mcuinfos);
    open.changedAt = changedAt;
    return open.devices;
  }

  return {
    list: (): Promise<SmyooDevice[]> => withSession(listWithin),

    /** Switches the card with this id. */
    async setPower(mcuid: string, isOn: boolean): Promise<void> {
      const datapoint = JSON.stringify({ status: isOn ? 1 : 0 });
      await withSession(async (post, open) => {
        await post('api/gfriend/setdevicedata', { mcuid, datatype: 1, datapoint });
        delete open.devices;
      });
    },
  };
}

type Post = (path: string, fields?: Record<string, unknown>) => Promise<Record<string, unknown>>;

const refused = (error: SmyooRefusal) =>
  new CafebootError('smyoo_refused', { reason: error.message }, { cause: error });
