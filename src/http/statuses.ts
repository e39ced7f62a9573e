import { CafebootError, type ErrorCode } from '../errors.ts';

/** Codes whose HTTP status is not 400. */
const statuses: Partial<Record<ErrorCode, number>> = {
  not_logged_in: 401,
  forbidden: 403,
  request_forged: 403,
  login_failed: 403,
  password_wrong: 403,
  login_locked: 429,
  busy: 503,
  last_admin: 409,
  not_found: 404,
  no_entry: 404,
  already_exists: 409,
  csv_refused: 422,
  changed_meanwhile: 412,
  in_use: 409,
  draft_in_use: 409,
  drafts_in_use: 409,
  version_in_use: 409,
  needs_super: 409,
  image_not_ready: 409,
  wrong_address: 403,
  wrong_code: 403,
  too_many_tries: 429,
  upload_offset: 409,
  too_many_uploads: 429,
  no_number_left: 409,
  no_space: 507,
  destination_full: 507,
  pool_nearly_full: 507,
  storage_unavailable: 503,
  target_unavailable: 503,
  agent_elsewhere: 503,
  agent_unreachable: 503,
  agent_timeout: 504,
  agent_failed: 502,
  smyoo_unreachable: 502,
  smyoo_login_refused: 502,
  smyoo_refused: 502,
  internal: 500,
  command_failed: 500,
  command_missing: 500,
  command_timeout: 500,
};

/** The HTTP status that answers an error of ours. */
export const statusOf = (code: ErrorCode): number => statuses[code] ?? 400;

/** Fastify's own errors (bad JSON, failed validation, body too large) say what is wrong in words. */
export function toKnown(error: unknown): CafebootError {
  if (error instanceof CafebootError) return error;
  const { statusCode, message = '' } = error as { statusCode?: number; message?: string };
  if (statusCode !== undefined && statusCode < 500) {
    return new CafebootError('bad_request', { reason: message }, { cause: error });
  }
  return new CafebootError('internal', {}, { cause: error });
}
