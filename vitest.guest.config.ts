import { defineConfig } from 'vitest/config';

/**
 * Tests that need a kernel with device-mapper and the SCSI target: they run inside the server VM, started
 * by a test of the vm tier (test/vm/guest-tests.ts). One thread and nothing isolated: each costs seconds there.
 */
export default defineConfig({
  test: {
    name: 'guest',
    include: ['test/guest/**/*.test.ts'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    pool: 'threads',
    isolate: false,
    maxWorkers: 1,
  },
});
