import { CafebootError } from '../errors.ts';

/** Of the vendor's account and program; all are settings, and empty where nobody set them. */
export interface SmyooAccount {
  baseUrl: string;
  phone: string;
  password: string;
  appId: string;
  endpointOs: string;
  clientVersion: string;
  deviceId: string;
  context: string;
  areaId: string;
  autologin: string;
  clientId: string;
  clientSecret: string;
}

/** One cloud power card. */
export interface SmyooDevice {
  mcuid: string;
  mcuname: string;
  note: string;
  isonline: number;
  power: number;
}

/** The vendor's own refusal: a result code other than 0. */
export class SmyooRefusal extends Error {
  readonly resultCode: number;

  constructor(resultCode: number, resultMsg: string) {
    super(resultMsg === '' ? `code ${resultCode}` : `${resultMsg} (${resultCode})`);
    this.name = 'SmyooRefusal';
    this.resultCode = resultCode;
  }
}

const answerLimitBytes = 1024 * 1024;
const defaultTimeoutMs = 10_000;

export interface PostOptions {
  /** Of the vendor's API, below the base URL. */
  path: string;
  fields: Record<string, unknown>;
  session?: string;
  timeoutMs?: number | undefined;
}

/** The identifiers go as the vendor's own programs send them: numbers where they are digits. */
const toIdentifier = (text: string): string | number =>
  /^\d{1,9}$/.test(text) ? Number(text) : text;

/**
 * One request; the `data` of its answer. Throws `SmyooRefusal` for a result code other than 0, and
 * `smyoo_unreachable` for no answer, one that is too slow or too long, or one that is no JSON of theirs.
 */
export async function postToSmyoo(
  account: SmyooAccount,
  { path, fields, session, timeoutMs = defaultTimeoutMs }: PostOptions,
): Promise<Record<string, unknown>> {
  const url = `${account.baseUrl.replace(/\/+$/, '')}/${path}`;
  const body = {
    appId: toIdentifier(account.appId),
    endpointOS: toIdentifier(account.endpointOs),
    clientVersion: account.clientVersion,
    deviceId: account.deviceId,
    context: account.context,
    ...fields,
  };
  const answer = await request(url, body, session, timeoutMs);
  const { resultCode, resultMsg, data } = parseAnswer(url, answer);
  if (resultCode !== 0) throw new SmyooRefusal(resultCode, resultMsg);
  return data;
}

export const loginFields = ({ areaId, ...account }: SmyooAccount) => ({
  areaId: toIdentifier(areaId),
  phone: account.phone,
  password: account.password,
  autologin: account.autologin,
  client_id: account.clientId,
  client_secret: account.clientSecret,
});

async function request(
  url: string,
  body: object,
  session: string | undefined,
  timeoutMs: number,
): Promise<string> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(session !== undefined && { cookie: `BpeSessionId=${session}` }),
      },
      body: JSON.stringify(body),
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMs),
    });
    if (!response.ok) throw new Error(`HTTP status ${response.status}`);
    return await readText(response);
  } catch (error) {
    throw unreachable(url, reasonOf(error), error);
  }
}

async function readText({ body }: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const chunk of body ?? []) {
    sizeBytes += chunk.length;
    if (sizeBytes > answerLimitBytes) throw new Error('the answer is too long');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

/** `fetch` hides what failed in the cause. */
function reasonOf(error: unknown): string {
  const { name, message, cause } = error as Error;
  if (name === 'TimeoutError') return 'no answer in time';
  return cause instanceof Error
    ? cause.message || String((cause as { code?: string }).code)
    : message;
}

const unreachable = (url: string, reason: string, cause: unknown) =>
  new CafebootError('smyoo_unreachable', { url, reason }, { cause });

function parseAnswer(url: string, text: string) {
  let answer: unknown;
  try {
    answer = JSON.parse(text);
  } catch (error) {
    throw unreachable(url, 'the answer is no JSON', error);
  }
  const fields = toRecord(answer);
  if (fields.resultCode === undefined) {
    throw unreachable(url, 'the answer has no resultCode', undefined);
  }
  return {
    resultCode: Number(fields.resultCode),
    resultMsg: String(fields.resultMsg ?? ''),
    data: toRecord(fields.data),
  };
}

/** The devices in an answer; one whose state is not told counts as off. */
export function parseDevices(mcuinfos: unknown): SmyooDevice[] {
  return toList(parseNested(mcuinfos)).map((each) => {
    const info = toRecord(each);
    return {
      mcuid: String(info.mcuid ?? ''),
      mcuname: String(info.mcuname ?? ''),
      note: String(info.note ?? ''),
      isonline: toInteger(info.isonline),
      power: toInteger(toRecord(parseNested(info.datapoint)).status),
    };
  });
}

const toInteger = (value: unknown): number => Math.trunc(Number(value ?? 0)) || 0;

/** JSON within JSON, as a text. */
function parseNested(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(value);
  } catch {
    return undefined;
  }
}

const toList = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
const toRecord = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
