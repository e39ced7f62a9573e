/**
 * Every failure an administrator may meet has one of these codes. The text for people lives in
 * `src/i18n/{en,zh-CN}.json` under `error.<code>`; a unit test keeps both complete.
 */
export const errorCodes = [
  'backup_bad',
  'backup_newer',
  'bad_request',
  'internal',
  'not_found',
  'already_exists',
  'changed_meanwhile',
  'csv_refused',
  'in_use',
  'image_not_ready',
  'version_in_use',
  'wrong_image_kind',
  'draft_in_use',
  'needs_super',
  'pcs_running',
  'cache_unsupported',
  'disk_not_empty',
  'disk_file_unknown',
  'disk_file_refers',
  'destination_full',
  'no_space',
  'pool_nearly_full',
  'drafts_in_use',
  'pool_in_use',
  'command_failed',
  'command_missing',
  'command_timeout',
  'port_in_use',
  'address_missing',
  'interface_missing',
  'other_dhcp_server',
  'doctor_found',
  'data_dir_busy',
  'cache_unwritable',
  'cache_noexec',
  'data_dir_in_use',
  'database_newer',
  'storage_unavailable',
  'target_unavailable',
  'task_cancelled',
  'task_interrupted',
  'server_not_running',
  'invalid_value',
  'size_not_larger',
  'too_many_uploads',
  'unsafe_script_value',
  'upload_offset',
  'wrong_address',
  'no_entry',
  'wrong_code',
  'too_many_tries',
  'not_logged_in',
  'forbidden',
  'request_forged',
  'login_failed',
  'login_locked',
  'busy',
  'password_weak',
  'passwords_differ',
  'not_confirmed',
  'password_wrong',
  'last_admin',
  'no_number_left',
  'tool_bad',
  'tool_files_missing',
  'agent_no_server',
  'agent_elsewhere',
  'agent_unreachable',
  'agent_timeout',
  'agent_failed',
  'power_impossible',
  'power_failed',
  'smyoo_not_set',
  'smyoo_login_refused',
  'smyoo_refused',
  'smyoo_unreachable',
  'install_not_root',
  'install_os',
  'install_no_systemd',
  'install_packaged',
  'install_not_single',
  'install_not_agreed',
  'install_not_ready',
  'not_installed',
  'upgrade_bad_file',
  'upgrade_left_down',
  'upgrade_rolled_back',
  'wrong_purge',
] as const;

export type ErrorCode = (typeof errorCodes)[number];

/** Values that fill the placeholders of an error's text; always safe to show and to log. */
export type ErrorContext = Record<string, string | number | boolean | null>;

/**
 * The one error class of the program. It carries a code, the context that fills the text for
 * people, and the cause; each edge (CLI, HTTP, Thrift, console) translates it exactly once.
 */
export class CafebootError extends Error {
  readonly code: ErrorCode;
  readonly context: ErrorContext;

  constructor(code: ErrorCode, context: ErrorContext = {}, options: { cause?: unknown } = {}) {
    super(`${code} ${JSON.stringify(context)}`, options);
    this.name = 'CafebootError';
    this.code = code;
    this.context = context;
  }
}

/** The code of any failure: of one that is not ours, `internal`. */
export function codeOf(error: unknown): ErrorCode {
  return error instanceof CafebootError ? error.code : 'internal';
}

/** Whether `error` is ours and has this code. */
export function hasCode(error: unknown, code: ErrorCode): error is CafebootError {
  return error instanceof CafebootError && error.code === code;
}
