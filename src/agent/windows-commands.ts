import type { Command } from './os.ts';

/** Windows PowerShell without profile or questions; it prints UTF-8, and stops at the first error. */
function powershell(script: string, input?: string): Command {
  const prelude = "$ErrorActionPreference='Stop';[Console]::OutputEncoding=[Text.Encoding]::UTF8;";
  const args = ['-NoProfile', '-NonInteractive', '-Command', prelude + script];
  return { file: 'powershell.exe', args, ...(input !== undefined && { input }) };
}

/**
 * What the agent runs on Windows. Scripts are constants: a name or a password goes in by standard input,
 * where no other account can read it and nothing takes it for a command. Input is base64 of UTF-8, since
 * the console's input encoding is not ours to choose.
 */
export const windowsCommands = {
  describe: (): Command =>
    powershell(
      'Get-CimInstance Win32_OperatingSystem | Select-Object Caption,Version | ConvertTo-Json',
    ),
  listGpus: (): Command =>
    powershell('ConvertTo-Json @((Get-CimInstance Win32_VideoController).Name)'),
  findServer: (): Command =>
    powershell(
      'ConvertTo-Json @(Get-IscsiConnection | Select-Object -ExpandProperty TargetAddress)',
    ),
  /** Enabled local accounts but those that Windows makes: administrator, guest, default, sandbox (500-504). */
  listUsers: (): Command =>
    powershell(
      "ConvertTo-Json @(Get-LocalUser | Where-Object { $_.Enabled -and $_.SID -notmatch '-50[0-4]$' } | " +
        'Select-Object -ExpandProperty Name)',
    ),
  setPassword: (user: string, password: string): Command =>
    powershell(
      `${readInputs}Set-LocalUser -Name $in[0] -Password (ConvertTo-SecureString $in[1] -AsPlainText -Force)`,
      toInputs(user, password),
    ),
  /** From the next start on. */
  setHostName: (name: string): Command =>
    powershell(`${readInputs}Rename-Computer -NewName $in[0] -Force`, toInputs(name)),
  /** In two seconds: the answer leaves first. */
  shutDown: (): Command => ({ file: 'shutdown.exe', args: ['/s', '/f', '/t', '2'] }),
  reboot: (): Command => ({ file: 'shutdown.exe', args: ['/r', '/f', '/t', '2'] }),
};

const readInputs =
  '$in=@([Console]::In.ReadToEnd().Trim() -split "`n" | ForEach-Object ' +
  '{ [Text.Encoding]::UTF8.GetString([Convert]::FromBase64String($_.Trim())) });';

const toInputs = (...values: string[]): string =>
  `${values.map((value) => Buffer.from(value).toString('base64')).join('\n')}\n`;
