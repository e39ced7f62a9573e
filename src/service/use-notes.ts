/** When somebody was last seen is worth no failure: where the disk is full, they are the ones who make room. */
export function noteUse(write: () => void): void {
  try {
    write();
  } catch {
    // The next note will do.
  }
}
