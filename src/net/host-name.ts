/** Whether an operating system takes it for its name: one label (RFC 1123 section 2.1). */
export const isHostName = (text: string): boolean =>
  /^[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/.test(text);
