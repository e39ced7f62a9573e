/** Whether a system call failed with this errno, such as `EBUSY`. */
export function hasErrno(error: unknown, code: string): boolean {
  return (error as NodeJS.ErrnoException).code === code;
}
