import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

// A file's tests have a temporary folder of their own: whatever they leave in it goes when they end.
const before = process.env.TMPDIR;
const own = mkdtempSync(join(tmpdir(), 'cafeboot-test-'));
process.env.TMPDIR = own;

afterAll(async () => {
  if (before === undefined) delete process.env.TMPDIR;
  else process.env.TMPDIR = before;
  await rm(own, { recursive: true, force: true });
});
